"""Reranker implementations: a cross-encoder from a file, and late interaction with the sentence encoder."""
