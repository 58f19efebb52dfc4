"""Where a person is signed in, and ending one of these sign-ins."""
