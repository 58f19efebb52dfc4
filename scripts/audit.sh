#!/bin/sh
# Asks the advisory database of the Python Package Index about every locked package (needs the network); exit 1 on a finding.
set -eu
cd "$(dirname "$0")/.."
tools=.cache/audit
[ -x "$tools/bin/pip-audit" ] || { python3 -m venv "$tools" && "$tools/bin/pip" -q install 'pip-audit>=2.9'; }
for file in requirements.txt requirements-dev.txt; do
    echo "$file"
    "$tools/bin/pip-audit" --no-deps --disable-pip --progress-spinner off -r "$file"
done
