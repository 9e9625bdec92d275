#!/bin/sh
# Builds docker/Dockerfile for a preset, offline through a mirror that already runs, and looks at what came out:
#
#   . .ci/lib.sh; base_image localhost/airlock-ci-base; netns_up airlock
#   in_netns ./airlock serve --offline … &
#   in_netns env MIRROR_URL=http://127.0.0.1:3143 sh .ci/e2e-docker.sh PRESET [MODULE…]
#
# Must be run in a network namespace that has only loopback, the mirror in the same one: with chroot isolation a RUN
# step has no network of its own but that of the buildah that runs it. MODULEs: what the image must be able to import,
# besides the import test's own list. From the environment:
#
#   MIRROR_URL   the mirror's base address
#   AIRLOCK      the program that prints the build arguments, default ./airlock
#   BASE_IMAGE   replaces the base image that those arguments give
#   KEEP_IMAGE   a name to keep the image under; else it is removed
#
# Starts nothing but the build. Exits non-zero at the first thing that is wrong.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/.ci/lib.sh"
[ $# -ge 1 ] || die "usage: MIRROR_URL=http://… e2e-docker.sh PRESET [MODULE…]"
preset=$1
shift
[ -n "${MIRROR_URL:-}" ] || die "MIRROR_URL is not set"
cd "$root"

# Routes rather than interfaces: some kernels put idle tunnels into every namespace.
routes=$(sed 1d /proc/net/route; awk '$NF != "lo"' /proc/net/ipv6_route 2>/dev/null || :)
[ -z "$routes" ] || die "this network namespace has a way out: run me with in_netns"
image_tool_init || exit 1
policy=$image_cache/policy.json
export TMPDIR="$image_cache/tmp"
work=
scratch_dir work

# --- the build

${AIRLOCK:-./airlock} docker-args "$preset" >"$work/args" || die "no build arguments for $preset"
[ -s "$work/args" ] || die "airlock docker-args $preset printed nothing"
tag=localhost/airlock-e2e:$$
set -- "$tag" "$@" # the first argument is the tag, the others are modules, those after -- are build arguments
set -- "$@" --
while IFS= read -r line; do
    case $line in
        "--build-arg BASE_IMAGE="*) [ -z "${BASE_IMAGE:-}" ] || continue ;;
        "--build-arg "[A-Z]*=*) ;;
        *) die "airlock docker-args $preset printed a line that is not --build-arg NAME=value: $line" ;;
    esac
    set -- "$@" --build-arg "${line#--build-arg }"
done <"$work/args"
[ -z "${BASE_IMAGE:-}" ] || set -- "$@" --build-arg "BASE_IMAGE=$BASE_IMAGE"
printf '%s\n' "$@" | sed -n '/^--$/,$p' | grep -q '^PRESET=' || set -- "$@" --build-arg "PRESET=$preset"

modules=
shift
while [ "$1" != -- ]; do
    modules="$modules $1"
    shift
done
shift

say "building $preset through $MIRROR_URL"
started=$(date +%s)
on_exit "image_tool rmi '$tag' >/dev/null 2>&1"
image_tool bud --isolation chroot --pull-never --no-cache --force-rm --signature-policy "$policy" --format oci \
    -f docker/Dockerfile "$@" --build-arg "MIRROR_URL=$MIRROR_URL" -t "$tag" . \
    || die "the build of $preset failed"
built=$(date +%s)
say "built in $((built - started)) s"

# --- the import test, in the image as it is

container=$(image_tool from --pull-never --signature-policy "$policy" "$tag") || die "no container from $tag"
on_exit "image_tool rm '$container' >/dev/null 2>&1"
import_test=/usr/local/share/airlock/import-test.py
image_tool run --isolation chroot "$container" -- python "$import_test" || die "the import test failed"
if [ -n "$modules" ]; then
    # shellcheck disable=SC2086 # a list of modules
    image_tool run --isolation chroot "$container" -- python "$import_test" $modules || die "the import test failed"
fi
image_tool rm "$container" >/dev/null
tested=$(date +%s)
say "import test in $((tested - built)) s"

# --- no trace of where it came from

image_tool push --quiet --disable-compression --signature-policy "$policy" "$tag" "oci:$work/image" \
    || die "the image could not be written out"
"${PYTHON:-python3}" .ci/search-image.py "$work/image" "$MIRROR_URL" || die "the image has traces of its build"
say "searched in $(($(date +%s) - tested)) s"

[ -z "${KEEP_IMAGE:-}" ] || image_tool tag "$tag" "$KEEP_IMAGE"
say "$preset: image built, imported and searched"
