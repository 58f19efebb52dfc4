#!/bin/sh
# Rebuild the gRPC stubs from the contracts in src/verivita/kit/ml_proto; run after a change of one and commit both.
set -eu
cd "$(dirname "$0")/../src"
"${PYTHON:-python}" -m grpc_tools.protoc -I . --python_out=. --pyi_out=. --grpc_python_out=. verivita/kit/ml_proto/*.proto
