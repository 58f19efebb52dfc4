#!/bin/sh
# What the nightly tests use if it is here: Prometheus and PgBouncer. Installs them from the distribution where possible.
set -u

# want NAME PACKAGE PROGRAM...: says whether all programs are here, after trying to install the package.
want() {
    name=$1 package=$2
    shift 2
    missing=
    for program in "$@"; do
        command -v "$program" >/dev/null 2>&1 || missing=$program
    done
    if [ -z "$missing" ]; then
        echo "$name: here."
    elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        # RUNLEVEL: the package would start a service of its own.
        if { apt-get -qq update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
            --no-install-recommends "$package"; } >/dev/null 2>&1; then
            echo "$name: installed from the distribution."
        else
            echo "$name: could not be installed; its test will be skipped."
        fi
    else
        echo "$name: not here and cannot be installed (no root or no apt-get); its test will be skipped."
    fi
}

want Prometheus prometheus prometheus promtool
want PgBouncer pgbouncer pgbouncer
