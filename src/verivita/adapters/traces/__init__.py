"""Tracer implementations."""
