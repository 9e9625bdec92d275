# Shell functions for the end-to-end tests. POSIX sh; source it: `. .ci/lib.sh`.
#
# Everything that these functions start or create is undone when the shell ends (see `on_exit`), except what is kept
# on purpose in the cache directory: $AIRLOCK_CI_CACHE, or /var/cache/airlock-ci.
#
# No address of a registry stands in here: Debian's packages come from where this machine's apt takes them, Python's
# from the folders that `pip config list` names.

say() { printf '%s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# ---------------------------------------------------------------------------------------------- cleaning up

# on_exit COMMAND: runs COMMAND (a string for eval) when the shell ends, last registered first.
AIRLOCK_ON_EXIT=
on_exit() {
    AIRLOCK_ON_EXIT="$1
$AIRLOCK_ON_EXIT"
    trap 'airlock_cleanup' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

airlock_cleanup() {
    airlock_status=$?
    trap - EXIT HUP INT TERM
    set +e
    eval "$AIRLOCK_ON_EXIT"
    exit "$airlock_status"
}

# scratch_dir VARIABLE: makes a directory that goes away at the end, and puts its path into VARIABLE.
# (Not printed: a function in `$(…)` runs in a subshell, and what that registers is cleaned up at once.)
scratch_dir() {
    scratch_made=$(mktemp -d "${TMPDIR:-/tmp}/airlock-ci.XXXXXX") || return 1
    on_exit "rm -rf '$scratch_made'"
    eval "$1=\$scratch_made"
}

# cache_dir: prints the cache directory, made if needed.
cache_dir() {
    cache_path=${AIRLOCK_CI_CACHE:-/var/cache/airlock-ci}
    mkdir -p "$cache_path" || return 1
    printf '%s\n' "$cache_path"
}

# ---------------------------------------------------------------------------------------------- Debian packages

# need_apt PACKAGE…: installs what is missing; `apt-get update` runs at most once, and only if something is missing.
AIRLOCK_APT_UPDATED=
need_apt() {
    apt_missing=
    for apt_package in "$@"; do
        case $(dpkg-query -W -f='${db:Status-Abbrev}' "$apt_package" 2>/dev/null) in
            ii*) ;;
            *) apt_missing="$apt_missing $apt_package" ;;
        esac
    done
    [ -n "$apt_missing" ] || return 0
    say "installing$apt_missing"
    if [ -z "$AIRLOCK_APT_UPDATED" ]; then
        airlock_apt update || { say "error: apt-get update failed"; return 1; }
        AIRLOCK_APT_UPDATED=yes
    fi
    # shellcheck disable=SC2086 # a list of package names
    airlock_apt install -y --no-install-recommends $apt_missing \
        || { say "error: apt-get could not install$apt_missing"; return 1; }
}

airlock_apt() {
    apt_log=$(mktemp) || return 1
    if DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null >"$apt_log" 2>&1; then
        rm -f "$apt_log"
    else
        cat "$apt_log" >&2
        rm -f "$apt_log"
        return 1
    fi
}

# apt_source CODENAME: prints the address that this machine's apt takes CODENAME's main component from.
apt_source() {
    # shellcheck disable=SC2016 # apt expands them
    apt_address=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' \
        | awk -v codename="$1" '$1 == codename && $2 == "main" { print $3; exit }')
    [ -n "$apt_address" ] || { say "error: no apt source of this machine has $1's main component"; return 1; }
    printf '%s\n' "$apt_address"
}

# ---------------------------------------------------------------------------------------------- Python packages

# python_index_sources: prints the local package folders that pip is set up with, one a line: "index FOLDER" or
# "wheels FOLDER".
python_index_sources() {
    ${PYTHON:-python3} -m pip config list 2>/dev/null | ${PYTHON:-python3} -c '
import ast, sys, urllib.parse, urllib.request
seen = []
for line in sys.stdin:
    key, _, value = line.partition("=")
    option = key.strip().rpartition(".")[2]
    if option not in ("index-url", "extra-index-url", "find-links"):
        continue
    for word in ast.literal_eval(value.strip()).split():
        if word.startswith("file:"):
            word = urllib.request.url2pathname(urllib.parse.urlsplit(word).path)
        if word.startswith("/"):
            found = "%s %s" % ("wheels" if option == "find-links" else "index", word.rstrip("/"))
            if found not in seen:
                seen.append(found)
                print(found)
'
}

# python_index_options: prints pip's options for these folders, and for nothing else.
python_index_options() {
    python_index_sources | awk '
        $1 == "wheels" { print "--find-links " $2; next }
        { print (indexes++ ? "--extra-index-url" : "--index-url") " file://" $2 }
        END { if (!indexes) print "--no-index" }'
}

# python_index_available: succeeds if pip is set up with local package folders and they are all there; else says why.
python_index_available() {
    index_sources=$(python_index_sources)
    if [ -z "$index_sources" ]; then
        say "no local Python index: \`pip config list\` names no folder; .ci/generate-index.py makes a stand-in"
        return 1
    fi
    index_missing=$(printf '%s\n' "$index_sources" | while read -r _ index_folder; do
        [ -d "$index_folder" ] || printf ' %s' "$index_folder"
    done)
    if [ -n "$index_missing" ]; then
        say "no local Python index: \`pip config list\` names$index_missing, which is not there;" \
            ".ci/generate-index.py makes a stand-in"
        return 1
    fi
}

# ---------------------------------------------------------------------------------------------- network

# netns_up NAME: makes a network namespace that has only a loopback interface. One at a time.
AIRLOCK_NETNS=
AIRLOCK_NETNS_PID=
netns_up() {
    [ -z "$AIRLOCK_NETNS$AIRLOCK_NETNS_PID" ] || { say "error: a network namespace is up already"; return 1; }
    if command -v ip >/dev/null 2>&1 && ip netns add "$1" 2>/dev/null; then
        AIRLOCK_NETNS=$1
        on_exit netns_down
        ip netns exec "$1" ip link set lo up
    elif command -v unshare >/dev/null 2>&1 && unshare -n true 2>/dev/null; then
        # A process keeps the namespace alive; nsenter joins it. Python brings loopback up where there is no `ip`.
        unshare -n sleep 86400 </dev/null >/dev/null 2>&1 &
        AIRLOCK_NETNS_PID=$!
        on_exit netns_down
        netns_tries=100 # until the child has left this shell's namespace
        while [ "$(readlink "/proc/$AIRLOCK_NETNS_PID/ns/net")" = "$(readlink /proc/self/ns/net)" ]; do
            netns_tries=$((netns_tries - 1))
            [ "$netns_tries" -gt 0 ] || { say "error: unshare -n made no network namespace"; return 1; }
            sleep 0.05
        done
        in_netns ip link set lo up 2>/dev/null || in_netns "${PYTHON:-python3}" -c '
import fcntl, socket, struct
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 0x41))  # SIOCSIFFLAGS, IFF_UP | IFF_RUNNING
'
    else
        say "error: neither \`ip netns add\` nor \`unshare -n\` works here (both need root)"
        return 1
    fi
}

netns_down() {
    if [ -n "$AIRLOCK_NETNS" ]; then
        ip netns delete "$AIRLOCK_NETNS"
    elif [ -n "$AIRLOCK_NETNS_PID" ]; then
        kill "$AIRLOCK_NETNS_PID" 2>/dev/null
        wait "$AIRLOCK_NETNS_PID" 2>/dev/null
    fi
    AIRLOCK_NETNS=
    AIRLOCK_NETNS_PID=
}

# in_netns COMMAND…: runs COMMAND in the namespace of netns_up. Only for simple commands, not for shell functions.
# To end what it runs in the background, kill the id of that process itself: both ways exec it, so `$!` is that.
in_netns() {
    if [ -n "$AIRLOCK_NETNS" ]; then
        ip netns exec "$AIRLOCK_NETNS" "$@"
    elif [ -n "$AIRLOCK_NETNS_PID" ]; then
        nsenter -t "$AIRLOCK_NETNS_PID" -n -- "$@"
    else
        say "error: no network namespace is up: call netns_up first"
        return 1
    fi
}

# free_port: prints a TCP port that nothing on loopback listens on (of the namespace it is called in).
free_port() {
    "${PYTHON:-python3}" -c '
import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])
'
}

# wait_http URL SECONDS: waits until URL answers with 2xx; fails after SECONDS. Asks from within the namespace of
# netns_up if there is one.
wait_http() {
    wait_within=
    [ -z "$AIRLOCK_NETNS$AIRLOCK_NETNS_PID" ] || wait_within=in_netns
    $wait_within "${PYTHON:-python3}" - "$1" "$2" <<'PYTHON' || { say "error: no answer from $1 within $2 s"; return 1; }
import sys, time, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
until, last = time.monotonic() + float(sys.argv[2]), None
while time.monotonic() < until:
    try:
        with opener.open(sys.argv[1], timeout=2):
            sys.exit(0)
    except OSError as e:
        last = e
    time.sleep(0.1)
sys.exit("last answer: %s" % last)
PYTHON
}

# ---------------------------------------------------------------------------------------------- images

# image_tool ARGUMENT…: buildah with a storage of its own, in the cache directory: no daemon, no registry, and the
# user's images are not touched. As a variable it can go through in_netns: `in_netns $BUILDAH bud …`.
BUILDAH=
image_tool_init() {
    need_apt buildah || return 1
    image_cache=$(cache_dir) || return 1
    case $image_cache in *[[:space:]]*) say "error: white space in AIRLOCK_CI_CACHE: $image_cache"; return 1 ;; esac
    image_driver=vfs # copies every layer in full
    if can_overlay "$image_cache"; then image_driver=overlay; fi
    BUILDAH="buildah --storage-driver $image_driver --root $image_cache/$image_driver --runroot $image_cache/$image_driver-run"
    export BUILDAH
    # buildah keeps big temporary files here when it commits
    mkdir -p "$image_cache/tmp"
    # needs neither a runtime such as runc nor privileges that a CI container lacks
    export BUILDAH_ISOLATION=chroot
    # images of this storage only: no signature is expected, whatever this machine's policy says
    [ -s "$image_cache/policy.json" ] \
        || printf '{"default": [{"type": "insecureAcceptAnything"}]}\n' >"$image_cache/policy.json"
}

# can_overlay DIRECTORY: an overlay can be mounted whose upper layer is there; not in every container.
can_overlay() {
    overlay_try=$(mktemp -d "$1/overlay.XXXXXX") || return 1
    mkdir "$overlay_try/lower" "$overlay_try/upper" "$overlay_try/work" "$overlay_try/merged"
    overlay_can=0
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare -m sh -c 'mount -t overlay -o "lowerdir=$1/lower,upperdir=$1/upper,workdir=$1/work" overlay "$1/merged" &&
        touch "$1/merged/x"' sh "$overlay_try" 2>/dev/null || overlay_can=1
    rm -rf "$overlay_try"
    return "$overlay_can"
}

image_tool() {
    [ -n "$BUILDAH" ] || image_tool_init || return 1
    # shellcheck disable=SC2086 # a command with its options
    $BUILDAH "$@"
}

# base_image TAG [PACKAGES]: makes TAG, a minimal Debian with PACKAGES (separated by commas; python3 and venv), in
# image_tool's storage. Needs apt's network the first time only: the root file system is kept as a tar archive, $base_tar,
# in the cache directory.
base_image() {
    [ -n "$BUILDAH" ] || image_tool_init || return 1
    image_cache=$(cache_dir) || return 1
    base_codename=bookworm
    base_packages=${2-python3,python3-venv}
    base_tar=$image_cache/base-$base_codename-$(dpkg --print-architecture)-$(printf '%s' "$base_packages" | cksum | cut -d' ' -f1).tar
    if [ -s "$base_tar" ] && image_tool inspect --type image "$1" >/dev/null 2>&1; then
        return 0
    fi
    if [ ! -s "$base_tar" ]; then
        need_apt debootstrap || return 1
        [ -n "$AIRLOCK_APT_UPDATED" ] || apt_source "$base_codename" >/dev/null 2>&1 || airlock_apt update
        base_source=$(apt_source "$base_codename") || return 1
        say "making the base image's root file system with debootstrap"
        base_root=$(mktemp -d "$image_cache/root.XXXXXX") || return 1
        on_exit "rm -rf '$base_root'"
        if ! debootstrap --variant=minbase ${base_packages:+--include="$base_packages"} "$base_codename" "$base_root" "$base_source" \
            >"$base_root.log" 2>&1; then
            tail -20 "$base_root.log" >&2
            [ ! -f "$base_root/debootstrap/debootstrap.log" ] || tail -20 "$base_root/debootstrap/debootstrap.log" >&2
            rm -rf "$base_root" "$base_root.log"
            say "error: debootstrap failed"
            return 1
        fi
        # Nothing in it may know where to fetch from; and no caches.
        rm -rf "$base_root.log" "$base_root"/var/cache/apt/* "$base_root"/var/lib/apt/lists/* \
            "$base_root"/var/log/* "$base_root"/etc/apt/sources.list "$base_root"/etc/resolv.conf \
            "$base_root"/etc/hostname "$base_root"/usr/share/doc/* "$base_root"/usr/share/man/* \
            "$base_root"/usr/share/locale/*
        tar -C "$base_root" --numeric-owner --one-file-system --exclude='./dev/*' --exclude='./proc/*' \
            --exclude='./sys/*' -cf "$base_tar.part" . || return 1
        mv "$base_tar.part" "$base_tar" || return 1
        rm -rf "$base_root"
    fi
    say "importing the base image"
    base_container=$(image_tool from --signature-policy "$image_cache/policy.json" scratch) || return 1
    # shellcheck disable=SC2015 # the last part is for each of the others
    image_tool add --quiet "$base_container" "$base_tar" / >/dev/null \
        && image_tool config --cmd /bin/sh "$base_container" \
        && TMPDIR=$image_cache/tmp image_tool commit --quiet --rm --signature-policy "$image_cache/policy.json" \
            "$base_container" "$1" >/dev/null \
        || { image_tool rm "$base_container" >/dev/null; say "error: buildah could not import the base image"; return 1; }
}

# debs_for TAR FOLDER PACKAGE…: puts into FOLDER what apt would install of PACKAGEs in the system whose root file system TAR is.
debs_for() {
    debs_tar=$1
    debs_folder=$2
    shift 2
    mkdir -p "$debs_folder/partial" || return 1
    tar -xOf "$debs_tar" ./var/lib/dpkg/status >"$debs_folder/status" || return 1
    [ -n "$AIRLOCK_APT_UPDATED" ] || apt_source bookworm >/dev/null 2>&1 || airlock_apt update
    airlock_apt -y --no-install-recommends --download-only -o Dir::State::status="$debs_folder/status" \
        -o Dir::Cache::archives="$debs_folder" -o Debug::NoLocking=1 install "$@" || return 1
    rm -rf "$debs_folder/status" "$debs_folder/partial" "$debs_folder/lock"
}

# Every CPython that is found here, a line each; by $PYTHON.
cpythons() {
    "$PYTHON" - <<'FIND'
import glob, os, shutil
seen = set()
for path in sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python"))) + [shutil.which("python3") or ""]:
    real = os.path.realpath(path)
    if path and os.path.exists(real) and real not in seen:
        seen.add(real)
        print(path)
FIND
}
