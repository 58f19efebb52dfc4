#!/bin/sh
# Resolves the lock files again with uv (its version is pinned in requirements-dev.txt):
#   requirements-dev.txt    what the product needs, and the tools of `make test` and `make check`
#   requirements.txt        what the product needs; the same versions
#   requirements-bench.txt  what the product needs, and the peers that `make bench` measures against
#   requirements-pip.txt    the pip that installs the others
# The development set is resolved afresh; the other two start from its pins (uv keeps the pins of an existing output
# file where it can), so they agree unless a peer forbids it, which tests/architecture/test_locks.py lists by name.
# No file names a host: the index is whatever the user has configured. pip installs them (docs/adr/0003).
# Usage: scripts/lock.sh [FOLDER]   (default: this folder; another one is for looking before leaping)
set -eu
cd "$(dirname "$0")/.."
out=${1:-.}
UV_CACHE_DIR=$(pwd -P)/.cache/uv
export UV_CACHE_DIR
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

resolve() {
    target=$1
    shift
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header "$@" --output-file "$work/$target" >/dev/null
}

# Every extra is tested, so the development set holds them all.
resolve requirements-dev.txt pyproject.toml --group dev --all-extras
cp "$work/requirements-dev.txt" "$work/requirements.txt"
cp "$work/requirements-dev.txt" "$work/requirements-bench.txt"
resolve requirements.txt pyproject.toml
resolve requirements-bench.txt pyproject.toml --group bench
echo pip | resolve requirements-pip.txt - --allow-unsafe
mv "$work"/requirements*.txt "$out"/
wc -l "$out"/requirements*.txt
