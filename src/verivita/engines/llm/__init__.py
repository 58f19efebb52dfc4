"""Language models as text in, text out: messages, the port, prompts, the router, answers of a wanted shape."""
