"""The JSON API: every route parses, calls one use case and shapes the reply."""
