#!/bin/sh
# The fast gates, then every test but the nightly ones, with coverage and its floors. Usage: scripts/test.sh [WORKERS]
# All of it runs even when a part fails; the exit status is 1 if any part failed.
set -u
cd "$(dirname "$0")/.."
workers=${1:-2}
py=.venv/bin/python
# What one process compiled the next hundred need not compile again, whatever the shell says of it.
unset PYTHONDONTWRITEBYTECODE
failed=0

sh scripts/check.sh fast || failed=1

mkdir -p artefacts
rm -f .coverage .coverage.*
$py -m pytest -p tests.rigs.acceptance -m 'not nightly' -n "$workers" --dist loadfile --no-loadscope-reorder \
    --acceptance-json artefacts/acceptance.json --junitxml artefacts/junit.xml \
    --cov --cov-branch --cov-report= || failed=1
$py scripts/coverage_floors.py || failed=1
exit $failed
