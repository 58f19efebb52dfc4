"""Skills: their names, aliases and kinds, and where a text shows them. Face of the engine."""
