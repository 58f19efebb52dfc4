"""Proofs of isolation, and of what is found in clear: over the whole product."""
