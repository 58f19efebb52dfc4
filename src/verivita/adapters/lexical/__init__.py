"""LexicalIndex implementations over the shared postings."""
