"""Reranker implementations: a cross-encoder from a file."""
