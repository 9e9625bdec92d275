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
need_apt iproute2
image_tool_init
base=localhost/airlock-ci-base
base_image "$base"
work=
scratch_dir work
export TMPDIR="$image_cache/tmp"
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
if python_index_available; then
    index=$(python_index_sources | awk '$1 == "index" { print $2 }' | sed -n 1p)
fi
if [ -z "${index:-}" ]; then
    say "SKIPPED: real wheels. A generated index takes their place."
    "$PYTHON" .ci/generate-index.py "$work/generated" >/dev/null
    index=$work/generated/simple-a/simple
fi
"$root/airlock" sync kit --no-pip-config --index "pypi=file://$index" --quiet
netns_up "airlock-build-$$"

options=(--pull-never --no-cache --force-rm --signature-policy "$image_cache/policy.json" --format oci)
image=localhost/airlock-kit:$$
# bud ARGUMENT…: docker/Dockerfile as it is built by hand, with the preset's arguments
# shellcheck disable=SC2046 # the arguments are words
bud() {
    (cd "$work" && in_netns $BUILDAH bud "${options[@]}" -f docker/Dockerfile $("$root/airlock" docker-args kit) "$@" .)
}
# works NAME: the image imports what it should, and has no trace of NAME
works() {
    container=$(image_tool from --pull-never --signature-policy "$image_cache/policy.json" "$image")
    image_tool run --isolation chroot "$container" -- python /usr/local/share/airlock/import-test.py numpy requests six
    image_tool rm "$container" >/dev/null
    image_tool push --quiet --disable-compression --signature-policy "$image_cache/policy.json" "$image" "oci:$work/image"
    "$PYTHON" .ci/search-image.py "$work/image" "$1" || die "the image has traces of its build"
    rm -rf "$work/image"
    image_tool rmi "$image" >/dev/null
}
on_exit "image_tool rmi '$image' >/dev/null 2>&1"

say "== airlock build, offline"
in_netns "$root/airlock" build kit --engine "$BUILDAH" --offline -t "$image" -- "${options[@]}" 2>&1 | tee "$work/build.log"
[ "${PIPESTATUS[0]}" -eq 0 ] || die "airlock build failed"
grep -q "proven by the mirror's log: it sent all " "$work/build.log" || die "airlock build proved nothing"
works "$(sed -n 's/^airlock: the mirror for this build is at //p' "$work/build.log")"

say "== wheels in artifacts/kit/wheels"
"$root/airlock" export kit --as wheels --to "$work/artifacts/kit/wheels"
bud -t "$image" >"$work/wheels.log" 2>&1 || die "the build from wheels failed: $(tail -20 "$work/wheels.log")"
grep 'airlock: source: the wheels of artifacts/kit/wheels, and nothing else' "$work/wheels.log" || die "the wheels were not taken"
works http://127.0.0.1:3143

# ends_with SENTENCE BUD-ARGUMENT…: the build fails and says so, within 15 s of its first step. What buildah takes to
# copy the base image does not count; steps that succeed first are left out by the arguments.
ends_with() {
    sentence=$1
    shift
    { bud -t "$image" "$@" 2>&1 || echo "failed"; } \
        | while IFS= read -r line; do printf '%d %s\n' "$SECONDS" "$line"; done >"$work/failed.log"
    grep -q '^[0-9]* failed$' "$work/failed.log" || die "a build that must fail did not: $*"
    grep -F "$sentence" "$work/failed.log" || die "the build does not say '$sentence': $(tail -20 "$work/failed.log")"
    began=$(sed -n 's/ airlock: source: .*//p' "$work/failed.log" | head -1)
    ended=$(grep -F "$sentence" "$work/failed.log" | tail -1 | cut -d' ' -f1)
    [ $((ended - began)) -le 15 ] || die "the build took $((ended - began)) s to fail"
}

say "== what ends a build"
port=$(in_netns "$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mirror=http://127.0.0.1:$port
ends_with "the mirror at MIRROR_URL, $mirror, cannot be reached" --build-arg "MIRROR_URL=$mirror"
# The id of the server itself is needed, not that of the shell that runs in_netns in the background.
# shellcheck disable=SC2016 # expanded by the inner shell
in_netns sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$work/server.pid" \
    "$root/airlock" serve --offline --listen "127.0.0.1:$port" --no-access-log 2>"$work/server.log" &
on_exit "kill \$(cat '$work/server.pid')"
in_netns bash -c '. .ci/lib.sh; wait_http "$1/health" 30' - "$mirror"
ends_with "has no preset absent" --build-arg "MIRROR_URL=$mirror" --build-arg PRESET=absent
ends_with "step numpy failed, see pip's message above; if the mirror lacks something, \`airlock check kit\` names it" \
    --build-arg "MIRROR_URL=$mirror" --build-arg BOOTSTRAP= --build-arg NUMPY_VERSION=1.0.0
rm "$work"/artifacts/kit/wheels/six-*
ends_with "if artifacts/kit/wheels lacks something, \`airlock export kit" --build-arg BOOTSTRAP= --build-arg NUMPY_VERSION=
say "image builds: passed"
