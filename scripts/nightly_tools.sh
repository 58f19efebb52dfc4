#!/bin/sh
# What the nightly tests use if it is here: Prometheus. Installs it from the distribution where that is possible.
set -u
if command -v prometheus >/dev/null 2>&1 && command -v promtool >/dev/null 2>&1; then
    echo "Prometheus: here."
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    # RUNLEVEL: the package would start a service of its own.
    if { apt-get -qq update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
        --no-install-recommends prometheus; } >/dev/null 2>&1; then
        echo "Prometheus: installed from the distribution."
    else
        echo "Prometheus: could not be installed; its test will be skipped."
    fi
else
    echo "Prometheus: not here and cannot be installed (no root or no apt-get); its test will be skipped."
fi
