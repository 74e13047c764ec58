#!/bin/sh
# Runs the browser tests with the pytest $1. Without a browser they are skipped, which is an error where
# CHAMBERLAIN_BROWSER_REQUIRED=1 says so: a gate that quietly tests nothing is worse than none.
set -eu
pytest=$1
report=$(mktemp)
trap 'rm -f "$report"' EXIT

status=0
"$pytest" -q -m browser --junitxml="$report" -o junit_family=xunit2 || status=$?

if [ "${CHAMBERLAIN_BROWSER_REQUIRED:-}" != 1 ]; then
    [ "$status" -eq 5 ] && exit 0 # pytest's word for: there are none
    exit "$status"
fi
[ "$status" -eq 0 ] || exit "$status"
if grep -q '<skipped' "$report"; then
    echo "Browser tests were skipped, although CHAMBERLAIN_BROWSER_REQUIRED=1 asks for them." >&2
    exit 1
fi
