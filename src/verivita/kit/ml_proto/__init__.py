"""The ML service's gRPC contract and its generated stubs; `scripts/build_proto.sh` rebuilds them."""
