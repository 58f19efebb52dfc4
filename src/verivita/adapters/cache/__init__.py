"""Caches and counters outside this process."""
