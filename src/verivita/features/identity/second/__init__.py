"""The second step at sign-in: one-time codes of an authenticator, and recovery codes."""
