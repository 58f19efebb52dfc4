#!/bin/sh
# Runs the gates, fastest first. Every gate runs even when one before it failed; the exit status is 1 if any failed.
# Usage: scripts/check.sh fast|all
set -u
cd "$(dirname "$0")/.."
which=${1:-all}
bin=.venv/bin
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=''

gate() {
    name=$1
    shift
    begun=$(date +%s)
    if "$@" >"$log" 2>&1; then
        printf 'ok    %-12s %3d s\n' "$name" "$(($(date +%s) - begun))"
    else
        printf 'FAIL  %-12s %3d s\n' "$name" "$(($(date +%s) - begun))"
        sed 's/^/      /' "$log"
        failed="$failed $name"
    fi
}

gate format $bin/ruff format --check --quiet .
gate lint $bin/ruff check --quiet .
gate layers $bin/lint-imports --no-cache
if [ "$which" = all ]; then
    gate licences $bin/python scripts/licences.py
    gate dead-code $bin/vulture
    gate dependencies $bin/deptry src
    gate documents $bin/python -m pytest -q tests/docs tests/architecture
    gate types $bin/mypy
    gate types-3.13 $bin/mypy --python-version 3.13
fi

[ -z "$failed" ] || { echo "Failed:$failed"; exit 1; }
