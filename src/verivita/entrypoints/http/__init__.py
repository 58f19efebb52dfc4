"""What the API, the pages and MCP share: who asks, error statuses, middleware."""
