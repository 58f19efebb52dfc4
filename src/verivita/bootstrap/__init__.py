"""Composition root: the one place that sees both ports and pipes."""
