"""Floor 0: the plain words of the product, with no input, no output and no third-party code."""
