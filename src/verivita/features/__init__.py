"""Floor 3: the rooms. Each has one purpose; others enter only by its face."""
