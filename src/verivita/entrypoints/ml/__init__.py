"""The engines as a gRPC service: embed, rerank, search, skills, index."""

from verivita.entrypoints.ml.server import serve

__all__ = ["serve"]
