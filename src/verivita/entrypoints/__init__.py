"""How requests, commands and tasks come in: parse, who asks, one call, shape."""
