"""Proofs of identity in SQL: addresses, codes, passwords, refresh tokens, and how often they are tried."""
