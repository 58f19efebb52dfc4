"""TextReader implementations: one file, one family of formats."""
