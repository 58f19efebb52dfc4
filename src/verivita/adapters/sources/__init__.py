"""Readers of job postings: files that a person gives, and boards."""
