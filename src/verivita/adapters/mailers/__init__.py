"""Mailer implementations."""
