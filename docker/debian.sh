#!/bin/sh
# What a stage of docker/Dockerfile needs of Debian's packages: those in artifacts/PRESET/debs, if there are any, and a Python.
#
#   debian.sh builder|runtime
#
# A Python that the base image has is taken as it is. Else python3 comes from the folder of packages, or from where the
# base image's apt finds it; this alone may need a network.
set -eu

stage=${1:-}
here=/opt/airlock
debs=$here/debs
say() { printf 'airlock: %s\n' "$*"; }
die() { printf 'airlock: error: %s\n' "$*" >&2; exit 1; }

case $stage in
# No argument reaches the runtime stage.
builder)
    printf '%s\n' "${PYTHON:-python3}" >"$here/python"
    printf '%s\n' "${PRESET:-PRESET}" >"$here/preset"
    ;;
runtime) ;;
*) die "usage: debian.sh builder|runtime" ;;
esac
PYTHON=$(cat "$here/python")
PRESET=$(cat "$here/preset")
remedy="put its .deb files into artifacts/$PRESET/debs (docs/travel.md has the command), or give a base image that has it."

# has_python: the builder makes an environment, the runtime stage has it
has_python() {
    command -v "$PYTHON" >/dev/null || return 1
    [ "$stage" = runtime ] || "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null
}

# apt OPTION…: neither asks nor waits for long
apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=0 -o Acquire::http::Timeout=6 \
        -o Acquire::https::Timeout=6 -o APT::Sandbox::User=root "$@"
}

# left: takes away what apt noted and kept
left() {
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log /var/log/alternatives.log
}

# What makes an environment is not needed to run one.
files=$(find "$debs" -name '*.deb' 2>/dev/null | sort)
[ "$stage" = builder ] || files=$(printf '%s\n' "$files" | grep -v -e '/python[0-9.]*-venv_' -e '-whl_' || :)
if [ -n "$files" ]; then
    command -v apt-get >/dev/null || die "the base image of the $stage stage has no apt-get to install the .deb files with: take them out of artifacts/$PRESET/debs."
    say "$stage: installing $(printf '%s\n' "$files" | wc -l) packages of artifacts/$PRESET/debs"
    # Without sources apt takes these files and what is there, and asks nobody. The builder's folder may be mounted read-only.
    lists=$(mktemp -d)
    # shellcheck disable=SC2086 # names without blanks, as Debian's are
    apt -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$lists" \
        install --no-install-recommends --allow-downgrades $files \
        || die "the packages of artifacts/$PRESET/debs cannot be installed, see above: they have to be those of the base image's release, with all that they need."
    rm -rf "$lists"
    left
fi
if has_python; then
    exit 0
fi
{ [ "$PYTHON" = python3 ] && command -v apt-get >/dev/null; } \
    || die "the base image of the $stage stage has no $PYTHON with venv: give one that has it, or another interpreter as PYTHON."
packages=python3
lacks=python3
if [ "$stage" = builder ]; then
    packages="python3 python3-venv"
    lacks="python3 with venv"
fi
say "$stage: the base image has no $lacks; apt installs it"
# apt-get update ends well where no source can be reached
# shellcheck disable=SC2086 # a list of packages
{ apt update && apt install --no-install-recommends $packages; } \
    || die "the base image has no $lacks, and its apt cannot have it now: $remedy"
left
has_python || die "apt installed python3, but it makes no environment: $remedy"
