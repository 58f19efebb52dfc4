"""ChatModel for each provider."""
