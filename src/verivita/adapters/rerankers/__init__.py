"""Reranker implementations: a cross-encoder from a file, here or in the ML service."""
