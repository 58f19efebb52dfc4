"""Embedder implementations: the local encoder, the ML service, and one that needs no weights."""
