"""Retrieval: passages, word and vector legs, fusion and reranking; no person and no table."""
