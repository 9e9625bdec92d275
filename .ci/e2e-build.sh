#!/bin/bash
# Image builds as the docker kit's users know them, really run by buildah in a network namespace that has only loopback:
# `airlock build`, the folder of wheels that `airlock export` fills, and what has to end a build soon, in one sentence.
#
# The packages come from the local index that pip is set up with; where there is none, from a generated one.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/.ci/lib.sh"
cd "$root"
PYTHON=${PYTHON:-$(command -v python3)}
export PYTHON
if [ -n "${AIRLOCK_SKIP_IMAGE:-}" ]; then
    say "SKIPPED: the image builds, as AIRLOCK_SKIP_IMAGE is set"
    exit 0
fi
. "$root/.ci/build-lib.sh"
builds_begin
export AIRLOCK_STORE="$work/store" AIRLOCK_HOME="$work"
cp -r docker "$work/docker"
ln -s "$root/airlock" "$work/airlock"
mkdir -p "$work/presets/kit"
cat >"$work/presets/kit/preset.json" <<PRESET
{
  "schema": 1,
  "name": "kit",
  "base_image": "$base",
  "targets": [{"python": "3.11", "platform": "manylinux_2_36_x86_64"}],
  "indexes": {"pypi": {"url": "https://pypi.org/simple/", "default": true}},
  "bootstrap": ["setuptools", "wheel"],
  "packages": {"numpy": "1.26.4"},
  "requirements": "requirements.txt"
}
PRESET
printf 'requests\nsix\n' >"$work/presets/kit/requirements.txt"
local_index
"$root/airlock" sync kit --no-pip-config --index "pypi=file://$index" --quiet
netns_up "airlock-build-$$"

# bud ARGUMENT…: docker/Dockerfile as it is built by hand, with the preset's arguments
# shellcheck disable=SC2046 # the arguments are words
bud() { build docker/Dockerfile $("$root/airlock" docker-args kit) "$@"; }
# works URL: the image imports what it should, and has no trace of URL
works() {
    imports numpy requests six
    untraced "$1"
}

say "== airlock build, offline"
in_netns "$root/airlock" build kit --engine "$BUILDAH" --offline -t "$image" -- "${options[@]}" 2>&1 | tee "$work/build.log"
[ "${PIPESTATUS[0]}" -eq 0 ] || die "airlock build failed"
grep -q "proven by the mirror's log: it sent all " "$work/build.log" || die "airlock build proved nothing"
works "$(sed -n 's/^airlock: the mirror for this build is at //p' "$work/build.log")"

say "== wheels in artifacts/kit/wheels"
"$root/airlock" export kit --as wheels --to "$work/artifacts/kit/wheels"
bud >"$work/wheels.log" 2>&1 || die "the build from wheels failed: $(tail -20 "$work/wheels.log")"
grep 'airlock: source: the wheels of artifacts/kit/wheels, and nothing else' "$work/wheels.log" || die "the wheels were not taken"
works http://127.0.0.1:3143

say "== what ends a build"
port=$(netns_port)
mirror=http://127.0.0.1:$port
ends_with "the mirror at MIRROR_URL, $mirror, cannot be reached" bud --build-arg "MIRROR_URL=$mirror"
beside server "$root/airlock" serve --offline --listen "127.0.0.1:$port" --no-access-log
wait_http "$mirror/health" 30
ends_with "has no preset absent" bud --build-arg "MIRROR_URL=$mirror" --build-arg PRESET=absent
ends_with "numpy 1.0.0 is asked for, and the lock of preset kit has 1.26.4" bud \
    --build-arg "MIRROR_URL=$mirror" --build-arg BOOTSTRAP= --build-arg NUMPY_VERSION=1.0.0
rm "$work"/artifacts/kit/wheels/six-*
ends_with "if artifacts/kit/wheels lacks six, \`airlock export kit" bud --build-arg BOOTSTRAP= --build-arg NUMPY_VERSION=
say "image builds: passed"
