#!/bin/sh
# Runs the code of an older commit $1 on a database that today's code has migrated: its pages, its worker, a sync.
# For a person, before a release; it takes a minute or two and leaves nothing. Needs `make env` and the history.
set -eu
commit=$1
here=$(cd "$(dirname "$0")/.." && pwd)
python=$here/.venv/bin/python
work=$(mktemp -d /tmp/chamberlain-old-XXXXXX)
chmod 711 "$work"
running=

end() {
    status=$?
    trap - EXIT INT TERM
    for pid in $running; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
    git -C "$here" worktree remove --force "$work/code" 2>/dev/null || true
    git -C "$here" worktree prune
    if [ "$status" -eq 0 ]; then rm -rf "$work"; else echo "left to look at: $work" >&2; fi
    exit "$status"
}
trap end EXIT INT TERM

git -C "$here" worktree add --detach --quiet "$work/code" "$commit"
built=src/chamberlain/web/static/built # not in the history; pages only name these files
[ -d "$here/$built" ] && cp -R "$here/$built" "$work/code/$built"

export CHAMBERLAIN_DATA="$work/data" CHAMBERLAIN_SYNC_INTERVAL_MINUTES=0 CHAMBERLAIN_PORT="${PORT:-8497}"
tenant_port=${TENANT_PORT:-8498}

new() { "$python" -m chamberlain.cli "$@"; }
old() { PYTHONPATH="$work/code/src" "$python" -m chamberlain.cli "$@"; }

wait_for() { # a line in a file, for a minute
    for _ in $(seq 120); do
        grep -q "$1" "$2" 2>/dev/null && return
        sleep 0.5
    done
    echo "no '$1' in $2:" >&2
    tail -20 "$2" >&2
    return 1
}

echo "== today's code makes the database and syncs a tenant"
"$python" -m chamberlain.cli demo --port "$CHAMBERLAIN_PORT" --tenant-port "$tenant_port" --users 60 --groups 20 --memberships 200 --apps 5 \
    > "$work/new.log" 2>&1 &
running=$!
wait_for "Sign in once" "$work/new.log"
new sync --json > "$work/new-sync.json"
kill "$running" && wait "$running" || true
running=

echo "== the code of $commit runs on it"
PYTHONPATH="$work/code/src" "$python" -c \
    'import chamberlain, sys; sys.exit(not chamberlain.__file__.startswith(sys.argv[1]))' "$work/code"
PYTHONPATH="$work/code/src" "$python" -m chamberlain.cli demo --port "$CHAMBERLAIN_PORT" --tenant-port "$tenant_port" \
    --users 60 --groups 20 --memberships 200 --apps 5 > "$work/old.log" 2>&1 &
running=$!
wait_for "Sign in once" "$work/old.log"
link=$(sed -n 's/^ *Sign in once with *//p' "$work/old.log")

echo "== its worker syncs: what changed, then everything"
old sync --json > "$work/old-sync.json"
old sync --full --json > "$work/old-full.json"

echo "== its pages"
jar=$work/cookies
page() { # address, what stands there
    code=$(curl -sS -o "$work/page.html" -w '%{http_code}' -b "$jar" -c "$jar" "$1")
    [ "$code" = 200 ] && grep -q "$2" "$work/page.html" || { echo "$1 answered $code" >&2; return 1; }
}
root=http://127.0.0.1:$CHAMBERLAIN_PORT
page "$link" csrfmiddlewaretoken
token=$(sed -n 's/.*name="csrfmiddlewaretoken" value="\([^"]*\)".*/\1/p' "$work/page.html" | head -1)
curl -sS -o /dev/null -b "$jar" -c "$jar" -H "Referer: $link" --data-urlencode "csrfmiddlewaretoken=$token" "$link"
tenant=$(curl -sS -L -o /dev/null -w '%{url_effective}' -b "$jar" -c "$jar" "$root/" | sed -n 's|.*\(/t/[^/]*\)/.*|\1|p')
[ -n "$tenant" ] || { echo "signing in did not lead to a tenant" >&2; exit 1; }
for name in "" people permissions licences runs; do page "$root$tenant/$name" "</html>"; done
if grep -E "Traceback|IntegrityError|ProgrammingError" "$work"/data/logs/*.log; then exit 1; fi
echo "== $commit runs on today's schema"
