# Functions for the scripts that build images. bash; source it behind .ci/lib.sh.
#
# Every build runs in the namespace of netns_up, which has only loopback, with $work as its context.

# builds_begin: sets $base (an image with Python 3.11), $image (what builds are called), $options (of buildah's build) and $work.
builds_begin() {
    need_apt iproute2 || return 1
    image_tool_init || return 1
    base=localhost/airlock-ci-base
    base_image "$base" || return 1
    work=
    scratch_dir work
    layers_of "$base" || return 1
    export TMPDIR="$image_cache/tmp"
    image=localhost/airlock-kit:$$
    options=(--pull-never --no-cache --force-rm --signature-policy "$image_cache/policy.json" --format oci)
    on_exit "image_tool rmi '$image' >/dev/null 2>&1"
}

# layers_of IMAGE: what it has is not searched by untraced
layers_of() {
    image_tool inspect --type image --format '{{range .OCIv1.RootFS.DiffIDs}}{{println .}}{{end}}' "$1" >>"$work/layers-before"
}

# build DOCKERFILE ARGUMENT…
build() {
    build_file=$1
    shift
    # shellcheck disable=SC2086 # a command with its options
    (cd "$work" && in_netns $BUILDAH bud "${options[@]}" -t "$image" -f "$build_file" "$@" .)
}

# imports MODULE…: the image can
imports() {
    cp "$root/docker/import-test.py" "$work/import-test.py"
    imports_container=$(image_tool from --pull-never --signature-policy "$image_cache/policy.json" "$image")
    image_tool run --isolation chroot --volume "$work/import-test.py:/mnt/import-test.py:ro" "$imports_container" -- \
        /opt/venv/bin/python -B /mnt/import-test.py "$@" || die "the image cannot import what it should"
    image_tool rm "$imports_container" >/dev/null
}

# traces URL…: searches the image for traces of how it was built, and of these; fails if there are some. Then it is removed
traces() {
    rm -rf "$work/image"
    image_tool push --quiet --disable-compression --signature-policy "$image_cache/policy.json" "$image" "oci:$work/image" || return 1
    traces_found=0
    "$PYTHON" "$root/.ci/search-image.py" --base "$work/layers-before" "$work/image" "$@" || traces_found=1
    rm -rf "$work/image"
    image_tool rmi "$image" >/dev/null
    return "$traces_found"
}

# untraced URL…: the image has no trace
untraced() {
    untraced_began=$SECONDS
    traces "$@" || die "the image has traces of its build"
    say "   (searched in $((SECONDS - untraced_began)) s)"
}

# ends_with SENTENCE COMMAND…: the build fails and says so, within 15 s of the beginning of the step that fails. What
# buildah takes to copy the base image does not count.
ends_with() {
    ends_sentence=$1
    shift
    { "$@" 2>&1 || echo "failed"; } | while IFS= read -r line; do printf '%d %s\n' "$SECONDS" "$line"; done >"$work/failed.log"
    grep -q '^[0-9]* failed$' "$work/failed.log" || die "a build that must fail did not: $*"
    grep -F -e "$ends_sentence" "$work/failed.log" >&2 \
        || die "the build does not say '$ends_sentence': $(tail -20 "$work/failed.log")"
    # until the step has ended: what buildah takes to remove its containers does not count either
    ends_took=$(awk '/(^| )STEP [0-9]+\/[0-9]+/ { began = $1 }
        $2 == "failed" || /rror: building at STEP/ { print $1 - began; exit }' "$work/failed.log")
    [ "$ends_took" -le 15 ] || die "the build took $ends_took s to fail"
    say "   ($ends_took s after the step began)"
}

# local_index: puts into $index the first index that pip is set up with here, or where there is none, a generated one
local_index() {
    index=
    if python_index_available; then
        index=$(python_index_sources | awk '$1 == "index" { print $2 }' | sed -n 1p)
    fi
    [ -z "$index" ] || return 0
    say "SKIPPED: real wheels. A generated index takes their place."
    "$PYTHON" "$root/.ci/generate-index.py" "$work/generated" >/dev/null
    index=$work/generated/simple-a/simple
}

# netns_port: prints a free port of the namespace.
netns_port() {
    in_netns "$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# beside NAME COMMAND…: runs COMMAND in the namespace, in the background, until the script ends; its output goes to
# $work/NAME.out and $work/NAME.log. Its id goes to $work/NAME.pid: `$!` would be that of the shell that runs in_netns.
beside() {
    beside_name=$1
    shift
    : >"$work/$beside_name.pid"
    # shellcheck disable=SC2016 # expanded by the inner shell
    in_netns sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$work/$beside_name.pid" "$@" \
        >"$work/$beside_name.out" 2>"$work/$beside_name.log" &
    on_exit "kill \$(cat '$work/$beside_name.pid') 2>/dev/null; \
        [ \$airlock_status -eq 0 ] || { echo '--- $beside_name'; tail -30 '$work/$beside_name.log'; } >&2"
}
