"""TokenVerifier implementations."""
