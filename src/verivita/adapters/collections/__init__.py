"""CollectionStore implementations."""
