#!/bin/bash
# Runs every command that the README and docs/ show, as .ci/run-docs.py says, in a network namespace that has only loopback.
# `docker build` is run by buildah. PAGEs run those alone: .ci/e2e-docs.sh docs/travel.md
#
# The packages come from the local index that pip is set up with; where there is none, from a generated one.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/.ci/lib.sh"
cd "$root"
PYTHON=${PYTHON:-$(command -v python3)}
export PYTHON
need_apt iproute2 curl rsync squashfs-tools nginx-light
"$root/airlock" --version >/dev/null
work=
scratch_dir work
mkdir "$work/bin"
if python_index_available; then
    index=$(python_index_sources | awk '$1 == "index" { print $2 }' | sed -n 1p)
fi
if [ -z "${index:-}" ]; then
    say "SKIPPED: real wheels. A generated index takes their place."
    "$PYTHON" .ci/generate-index.py "$work/generated" >/dev/null
    index=$work/generated/simple-a/simple
fi
printf '[global]\nindex-url = file://%s\n' "$index" >"$work/pip.conf"

"$PYTHON" -m venv "$work/venv"
# Older words of pip count too.
cp -r "$work"/venv/lib/python*/site-packages/pip "$work/venv/first-pip"
DOCS_PIP_READS_LOCKS=no
if env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE="$work/pip.conf" \
    "$work/venv/bin/python" -m pip install -q --disable-pip-version-check 'pip>=26.1' 2>/dev/null; then
    DOCS_PIP_READS_LOCKS=yes
fi
export DOCS_PIP_READS_LOCKS

# Whether a file can be mounted here: in containers often not.
DOCS_MOUNTS=no
mkdir "$work/mount" "$work/mounted"
: >"$work/mount/file"
mksquashfs "$work/mount" "$work/mount.squashfs" -quiet -no-progress >/dev/null
if mount -o ro,loop "$work/mount.squashfs" "$work/mounted" 2>/dev/null; then
    umount "$work/mounted"
    DOCS_MOUNTS=yes
fi
export DOCS_MOUNTS

# What the pages call docker.
if [ -n "${AIRLOCK_SKIP_IMAGE:-}" ]; then
    say "SKIPPED: the image builds of the documents, as AIRLOCK_SKIP_IMAGE is set"
    printf '#!/bin/sh\nexit 0\n' >"$work/bin/docker"
else
    image_tool_init
    base_image localhost/airlock-ci-base
    export DOCS_POLICY="$image_cache/policy.json"
    cat >"$work/bin/docker" <<DOCKER
#!/bin/sh
export TMPDIR='$image_cache/tmp'
case \$1 in
    build) shift; exec $BUILDAH bud --pull-never --no-cache --force-rm --signature-policy '$DOCS_POLICY' --format oci \\
        -t localhost/airlock-docs:unnamed "\$@" ;;
    info) echo buildah ;;
    *) echo "docker \$1: not known here" >&2; exit 1 ;;
esac
DOCKER
    on_exit "image_tool rmi -f localhost/airlock-docs:unnamed localhost/airlock-docs:named localhost/quickstart >/dev/null 2>&1"
fi
chmod +x "$work/bin/docker"

netns_up "airlock-docs-$$"
# shellcheck disable=SC2086 # pages have no blanks in their names
in_netns "$PYTHON" .ci/run-docs.py "$root" "$work" "$@"
say "documents: passed"
