#!/bin/sh
# Makes the environment folder $1 with a Python >= 3.11 of this machine, or says in one sentence what is missing.
# PYTHON=... names one. A folder that works is kept as it is.
set -eu
folder=$1
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

if "$folder/bin/python" -c "$new_enough" 2>/dev/null; then
    exit 0
fi

found=
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$candidate" -c "$new_enough" 2>/dev/null; then
        found=$candidate
        break
    fi
done
if [ -z "$found" ]; then
    seen=$("${PYTHON:-python3}" --version 2>/dev/null || echo "no ${PYTHON:-python3}")
    echo "Chamberlain needs Python 3.11 or newer; this machine has $seen. Install one, then: make env PYTHON=python3.11" >&2
    exit 1
fi

if ! "$found" -c 'import ensurepip, venv' 2>/dev/null; then
    case $found in
        python3) package=python3-venv ;;
        *) package=$(basename "$found")-venv ;;
    esac
    echo "This Python cannot make environments yet. Install what is missing, then repeat:" >&2
    echo "    sudo apt install $package" >&2
    exit 1
fi

rm -rf "$folder"
"$found" -m venv "$folder"
