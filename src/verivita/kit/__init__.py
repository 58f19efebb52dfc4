"""Floor 1: the technical floor. It knows SQL, files and sockets, and nothing of careers."""
