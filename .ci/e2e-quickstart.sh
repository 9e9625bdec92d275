#!/bin/sh
# The README's first command, as a user runs it: `airlock up quickstart`, then an install from it. Its packages come
# through pip's configuration where that names local folders; elsewhere from a generated index.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/.ci/lib.sh"
cd "$root"
PYTHON=${PYTHON:-$(command -v python3)}
export PYTHON
work=
scratch_dir work
cp -r presets "$work/presets"
rm -f "$work"/presets/*/pylock.toml
export AIRLOCK_STORE="$work/store" AIRLOCK_HOME="$work"
cd "$work"

set --
if ! python_index_available; then
    say "SKIPPED: real wheels. A generated index takes their place."
    "$PYTHON" "$root/.ci/generate-index.py" "$work/generated" >/dev/null
    set -- --no-pip-config --index "pypi=file://$work/generated/simple-a/simple"
fi

say "== airlock, built if need be"
"$root/airlock" --version
"$root/airlock" --help | grep -q '^  check ' || die "--help does not list the verbs"

say "== the home directory that HOME names"
home_says=$(env -u AIRLOCK_STORE -u XDG_DATA_HOME HOME="$work/home" "$root/airlock" ls 2>&1) || :
printf '%s\n' "$home_says" | grep -q "there is no store in '$work/home/.local/share/airlock'" \
    || die "HOME=$work/home airlock ls says: $home_says"

say "== airlock up quickstart"
port=$(free_port)
started=$(date +%s)
"$root/airlock" up quickstart --listen "127.0.0.1:$port" "$@" 2>"$work/up.log" &
up=$!
on_exit "kill $up 2>/dev/null; [ \$airlock_status -eq 0 ] || cat '$work/up.log' >&2"
wait_http "http://127.0.0.1:$port/health" 60
say "ready after $(($(date +%s) - started)) s"
"$root/airlock" check quickstart

env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null "$PYTHON" -m pip download -q \
    --disable-pip-version-check --no-deps -d "$work/downloads" \
    --index-url "http://127.0.0.1:$port/preset/quickstart/simple/" packaging requests
ls "$work/downloads" | grep -q '^requests-' || die "pip did not get requests"

kill -TERM "$up"
code=0
wait "$up" || code=$?
[ "$code" -eq 0 ] || [ "$code" -eq 143 ] || die "airlock up ended with $code"
say "quickstart: passed"
