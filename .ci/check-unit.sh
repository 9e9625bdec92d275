#!/bin/sh
# What systemd-analyze says of docker/airlock.service: no mistakes, and an exposure of at most 2.0. Starts nothing.
set -eu
cd "$(dirname "$0")/.."
. .ci/lib.sh
if ! command -v systemd-analyze >/dev/null 2>&1; then
    say "SKIPPED: the systemd unit, as there is no systemd-analyze"
    exit 0
fi
work=
scratch_dir work
# The program and the user need not exist here.
sed -e 's#^ExecStart=[^ ]*#ExecStart=/bin/true#' -e 's/^User=.*/User=daemon/' -e 's/^Group=.*/Group=daemon/' \
    -e '/^Documentation=/d' docker/airlock.service >"$work/airlock.service"
systemd-analyze verify --man=no "$work/airlock.service" >"$work/said" 2>&1 || die "the unit is wrong: $(cat "$work/said")"
[ ! -s "$work/said" ] || die "the unit has mistakes: $(cat "$work/said")"
systemd-analyze security --offline=true --no-pager --threshold=20 "$work/airlock.service" >"$work/said" \
    || die "the unit is too exposed: $(cat "$work/said")"
tail -1 "$work/said"
