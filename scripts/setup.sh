#!/bin/sh
# Makes .venv from a committed lock file. Usage: scripts/setup.sh up|dev|bench
#
# Everything stays inside the checkout: the environment in .venv, downloads in .cache/pip.
# The lock files carry hashes and no host; pip takes its index from the user's own configuration.
# A stamp (lock + Python version + place of the checkout) makes the second call return at once.
set -eu

kind=${1:-up}
cd "$(dirname "$0")/.."
case $kind in
    up) lock=requirements.txt ;;
    dev) lock=requirements-dev.txt ;;
    bench) lock=requirements-bench.txt ;;
    *) echo "usage: scripts/setup.sh up|dev|bench" >&2; exit 2 ;;
esac
[ -f "$lock" ] || { echo "$lock is missing. Restore it from version control, or run 'make lock'." >&2; exit 1; }

supported='import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else 1)'

# What `make` was built from, in one line: changes when the environment must be made again.
fingerprint() {
    "$1" - "$lock" <<'PY'
import hashlib, pathlib, sys
lock = hashlib.sha256(pathlib.Path(sys.argv[1]).read_bytes()).hexdigest()
print(lock, "%d.%d.%d" % sys.version_info[:3], pathlib.Path.cwd())
PY
}

venv=.venv/bin/python
stamp=.venv/.stamp-$kind

if [ -x "$venv" ] && [ -f "$stamp" ] && [ -z "${PYTHON:-}" ] \
    && [ "$(fingerprint "$venv" 2>/dev/null)" = "$(cat "$stamp")" ]; then
    exit 0
fi

# The first interpreter that runs, is of a supported version and can make environments. None is downloaded.
found='' seen='' lacking=''
if [ -n "${PYTHON:-}" ]; then candidates=$PYTHON; else candidates='python3 python3.13 python3.12 python3.11'; fi
try() {
    "$1" -c '' >/dev/null 2>&1 || return 0
    seen="$seen $("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
    "$1" -c "$supported" || return 0
    if "$1" -c 'import venv, ensurepip' >/dev/null 2>&1; then found=$1; else lacking=$1; fi
}
if [ -n "${PYTHON:-}" ]; then
    try "$PYTHON"       # may hold blanks
else
    for candidate in $candidates; do [ -n "$found" ] || try "$candidate"; done
fi
if [ -z "$found" ]; then
    if [ -n "$lacking" ]; then
        version=$("$lacking" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "Python $version is here, but it cannot make virtual environments (the modules venv and ensurepip are missing)." >&2
        echo "On Debian and Ubuntu: apt install python3-venv (or python$version-venv). Then run this again." >&2
    else
        echo "Verivita needs Python 3.11, 3.12 or 3.13; found:${seen:- none}." >&2
        echo "Install one of them, or name one: PYTHON=/path/to/python3.12 make ..." >&2
    fi
    exit 1
fi

# An environment of another Python, or of a checkout that was moved, is made again.
here=$(pwd -P)
if [ -e .venv ]; then
    same=no
    if [ -x "$venv" ] && "$venv" -c "$supported" >/dev/null 2>&1 \
        && [ "$("$venv" -c 'import os, sys; print(os.path.realpath(sys.prefix))')" = "$here/.venv" ]; then
        same=yes
        if [ -f .venv/.place ] && [ "$(cat .venv/.place)" != "$here" ]; then same=no; fi
        if [ -n "${PYTHON:-}" ]; then
            asked=$("$found" -c 'import sys; print(sys.version_info[:3])')
            [ "$("$venv" -c 'import sys; print(sys.version_info[:3])')" = "$asked" ] || same=no
        fi
    fi
    [ "$same" = yes ] || { echo "Making .venv again: it belongs to another Python or another place."; rm -rf .venv; }
fi
if [ -x "$venv" ] && [ -f "$stamp" ] && [ "$(fingerprint "$venv")" = "$(cat "$stamp")" ]; then exit 0; fi
if [ ! -x "$venv" ]; then
    echo "Making .venv with $("$found" -V 2>&1)"
    "$found" -m venv .venv
    printf '%s\n' "$here" > .venv/.place
fi

PIP_CACHE_DIR=$here/.cache/pip
export PIP_CACHE_DIR PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_REQUIRE_VIRTUALENV=0
mkdir -p "$PIP_CACHE_DIR"
# The pip that comes with an older Python needs twice as long to choose among the files of an index.
"$venv" -m pip install -qq --no-deps --require-hashes -r requirements-pip.txt || echo "Going on with the pip that is here."
echo "Installing $lock (with hashes) into .venv; downloads are kept in .cache/pip"
# Compiled here on all cores, as pip would do it on one; a start from sources alone takes seconds longer, and where
# PYTHONDONTWRITEBYTECODE is set no start would ever keep what it compiled.
"$venv" -m pip install -qq --no-compile --no-deps --require-hashes -r "$lock"
"$venv" -m compileall -qq -j 0 .venv/lib src || true   # a template with a .py name is no reason to stop

# The package itself: a path file and a console script, the same two things that an editable install leaves behind.
# No build backend runs, so the runtime lock needs none and this step never touches the network.
"$venv" - <<'PY'
import pathlib, sys, sysconfig
root = pathlib.Path.cwd().resolve()
site = pathlib.Path(sysconfig.get_path("purelib"))
if not any(site.glob("_editable_impl_verivita*")):
    (site / "verivita.pth").write_text(f"{root / 'src'}\n", encoding="utf-8")
script = pathlib.Path(sys.prefix, "bin", "verivita")
script.write_text(
    "#!/bin/sh\n"
    "''':'\n"  # a string to Python, a no-op to the shell: the path of the interpreter may hold blanks
    'bin=$(dirname "$(readlink -f "$0" 2>/dev/null || echo "$0")")\n'
    # The command of a checkout keeps its data in the checkout, whoever starts it and from wherever.
    'VERIVITA_DATA_DIR=${VERIVITA_DATA_DIR:-$(cd "$bin/../.." && pwd)/.data}\n'
    "export VERIVITA_DATA_DIR\n"
    'exec "$bin/python" "$0" "$@"\n'
    "'''\n"
    "import sys\n\nfrom verivita.entrypoints.cli import main\n\n"
    'if __name__ == "__main__":\n    sys.exit(main())\n',
    encoding="utf-8",
)
script.chmod(0o755)
PY

# Another set may pin another version of the same package, so its stamp no longer holds;
# only the development set contains the runtime set as it is (tests/architecture/test_locks.py compares them).
rm -f .venv/.stamp-*
fingerprint "$venv" > "$stamp"
if [ "$kind" = dev ]; then lock=requirements.txt; fingerprint "$venv" > .venv/.stamp-up; fi
