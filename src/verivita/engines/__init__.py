"""Floor 2: text and numbers in, text and numbers out; no person, no tenant, no table."""
