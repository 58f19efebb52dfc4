"""Provider code behind ports; only bootstrap imports it."""
