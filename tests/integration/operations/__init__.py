"""Backup, keys, configuration, audit and traces on a real installation."""
