#!/bin/sh
# Runs the small cases of the folder ../shared/cases that this version is right about: each is an input of the user's own
# tools that an earlier version got wrong. Without that folder, nothing is run, and that is said.
set -eu
cd "$(dirname "$0")/.."
. .ci/lib.sh

cases=${AIRLOCK_CASES:-../shared/cases}
if [ ! -d "$cases" ]; then
    say "SKIPPED: there is no folder $cases with cases"
    exit 0
fi

scratch_dir work
./airlock --version >/dev/null

failed=
for case in \
    extra-index-recorded-as-default \
    hashes-and-a-folder \
    index-option-drops-extra \
    lock-made-through-the-mirror \
    two-sets-one-filename; do
    if AIRLOCK=$PWD/airlock sh "$cases/$case/run.sh" >"$work/log" 2>&1 </dev/null; then
        say "right: $case"
    else
        say "WRONG: $case"
        cat "$work/log" >&2
        failed="$failed $case"
    fi
done
[ -z "$failed" ] || die "wrong about$failed"
