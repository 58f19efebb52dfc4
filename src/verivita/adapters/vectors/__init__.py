"""VectorIndex implementations, one contract test for all."""
