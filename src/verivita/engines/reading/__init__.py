"""Reading: bytes to text with places, and text to sections, entries and values. Face of the engine."""
