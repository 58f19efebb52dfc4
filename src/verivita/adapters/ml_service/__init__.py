"""The engines of another process: encoder, reranker and nearness over gRPC (`verivita ml`)."""
