#!/bin/bash
# The docker kit's ways of building, each as a build that really runs: with Dockerfiles as its users have them, with only
# the host in them changed, and with docker/Dockerfile. buildah builds them in a network namespace that has only loopback.
#
# What stands for the Internet is a server and a proxy on loopback (kit-index.py, forward-proxy.py). It has the wheels of the
# local index that pip is set up with, or generated ones; torch 2.1.0+cu118, tensorrt and GPUtil are always generated.
# Each row is built by an old pip (22.0.4) and by a new one (26.2). The rows of each pip are a half, with some of those that
# are built once; both halves are built at the same time, unless one is named.
#
#   e2e-kit.sh [old|new]
# What .ci/e2e-build.sh builds is not built again here. Not run here for want of them: docker, buildx, uv.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/.ci/lib.sh"
cd "$root"
PYTHON=${PYTHON:-$(command -v python3)}
export PYTHON
if [ -n "${AIRLOCK_SKIP_IMAGE:-}" ]; then
    say "SKIPPED: the docker kit's builds, as AIRLOCK_SKIP_IMAGE is set"
    exit 0
fi
. "$root/.ci/build-lib.sh"
need_apt iptables
half=${1:-}
case $half in
old | new) ;;
'')
    image_tool_init
    base_image localhost/airlock-ci-base # once, for both
    logs=
    scratch_dir logs
    bash "$root/.ci/e2e-kit.sh" old >"$logs/old" 2>&1 &
    other=$!
    on_exit "kill $other 2>/dev/null"
    failed=
    bash "$root/.ci/e2e-kit.sh" new || failed=" new"
    wait "$other" || failed="$failed old"
    say "== the half of the old pip:"
    cat "$logs/old" >&2
    [ -z "$failed" ] || die "the docker kit's builds failed in the halves:$failed"
    exit 0
    ;;
*) die "usage: e2e-kit.sh [old|new]" ;;
esac
# BuildKit, which is not run here, wants what stands before a pattern to be there.
! grep -n '^COPY.* [^ []*/[^ ]*\[' docker/Dockerfile >&2 || die "a pattern of COPY has to begin with the first name: folder[s]/…"
builds_begin
export AIRLOCK_STORE="$work/store" AIRLOCK_HOME="$work"
cp -r docker "$work/docker"
ln -s "$root/airlock" "$work/airlock"
airlock() { "$root/airlock" "$@"; }
# has LOG TEXT
has() { grep -F -m1 -e "$2" "$work/$1" >&2 || die "$1 does not say '$2': $(tail -20 "$work/$1")"; }
# built LOG COMMAND…: a build that must succeed
built() {
    built_log=$work/$1
    shift
    began=$SECONDS
    "$@" >"$built_log" 2>&1 || die "the build failed: $(tail -30 "$built_log")"
    say "   (built in $((SECONDS - began)) s)"
}

# ------------------------------------------------------------------------------------------------- the Internet

if python_index_available; then
    sources=$(python_index_sources)
else
    say "SKIPPED: real wheels. A generated index takes their place."
    "$PYTHON" .ci/generate-index.py "$work/generated" >/dev/null
    sources="index $work/generated/simple-a/simple"
fi
# pip 22.0.4, as in Ubuntu 22.04's line: what a Python that is here carries along.
mkdir "$work/pips"
for python in $(cpythons); do
    for wheel in "$("$python" -c 'import sys; print(sys.prefix)')"/lib/python3*/ensurepip/_bundled/pip-22.0.4-*.whl; do
        [ ! -e "$wheel" ] || ln -sf "$wheel" "$work/pips/"
    done
done
pips=$(printf '%s\nwheels %s\n' "$sources" "$work/pips" | "$PYTHON" .ci/kit-index.py "$work/internet" pip setuptools wheel \
    packaging numpy==1.26.4 numpy==2.0.2 scipy==1.11.1 filelock six requests idna urllib3 certifi charset-normalizer)
old=$(printf '%s\n' "$pips" | grep -x -F 22.0.4) \
    || { old=$(printf '%s\n' "$pips" | head -1); say "SKIPPED: pip 22.0.4, of which no wheel is here; pip $old takes its place"; }
new=$(printf '%s\n' "$pips" | grep '^26\.2') \
    || { new=$(printf '%s\n' "$pips" | tail -1); say "SKIPPED: pip 26.2, of which no wheel is here; pip $new takes its place"; }

netns_up "airlock-kit-$$"
in_netns ip address add 192.0.2.1/32 dev lo # a mirror that is not on loopback
in_netns ip address add 192.0.2.9/32 dev lo # packets to it are dropped
in_netns iptables -I INPUT -d 192.0.2.9 -j DROP
upstream_port=$(netns_port)
upstream=http://127.0.0.1:$upstream_port
beside upstream "$PYTHON" -m http.server --bind 127.0.0.1 --directory "$work/internet" "$upstream_port"
wait_http "$upstream/simple/" 10

# preset NAME PIP NUMPY PYTORCH-AND-MORE
preset() {
    mkdir -p "$work/presets/$1"
    cat >"$work/presets/$1/preset.json" <<JSON
{
  "schema": 1,
  "name": "$1",
  "base_image": "$base",
  "targets": [{"python": "3.11", "platform": "manylinux_2_36_x86_64"}],
  "indexes": {
    "pytorch": {"url": "https://download.pytorch.org/whl/cu118", "projects": ["torch", "torchvision", "torchaudio"]},
    "pypi": {"url": "https://pypi.org/simple/", "default": true}
  },
  "bootstrap": [$2],
  "packages": {"numpy": "$3"$4},
  "requirements": "requirements.txt"$5
}
JSON
}
torch=',
  "pytorch": {"torch_version": "2.1.0", "torchvision_version": "0.16.0", "torchaudio_version": "2.1.0"},
  "tensorrt": {"version": "8.6.1"}'
repacked=',
  "repack": [
    {"name": "tensorrt", "version": "8.6.1", "packages": ["tensorrt"],
     "requires_dist": ["tensorrt-libs==8.6.1", "tensorrt-bindings==8.6.1"]},
    {"name": "gputil", "version": "1.4.0", "requires_dist": ["numpy"], "packages": ["GPUtil"]}
  ]'
preset old "\"pip==$old\", \"setuptools>=40,<999\", \"wheel\"" 1.26.4 ', "scipy": "1.11.1"' "$torch$repacked"
preset new "\"pip==$new\", \"setuptools\", \"wheel\"" 1.26.4 ', "scipy": "1.11.1"' "$torch$repacked"
preset small '' 1.26.4 '' ''
for name in old new; do printf 'requests\nsix\nGPUtil\n' >"$work/presets/$name/requirements.txt"; done
printf 'six\n' >"$work/presets/small/requirements.txt"
# An sdist that is built in the image, for which pip wants setuptools and wheel.
for name in old new; do
    [ "$name" = old ] && pip=$old || pip=$new
    preset "sdist-$name" "\"pip==$pip\"" 1.26.4 '' ''
    printf 'isolated\n' >"$work/presets/sdist-$name/requirements.txt"
done

say "== sync"
direct=(--no-pip-config --index "pytorch=$upstream/whl/cu118" --index "pypi=$upstream/simple")
for name in old new small "sdist-$half"; do in_netns "$root/airlock" sync "$name" "${direct[@]}" --quiet; done

port=$(netns_port)
mirror=http://127.0.0.1:$port
afar=http://192.0.2.1:$port # the same, not on loopback
beside mirror "$root/airlock" serve --offline --listen "0.0.0.0:$port"
wait_http "$mirror/health" 30
has mirror.log "--trusted-host"

# ------------------------------------------------------------------------------------------------- the kit's Dockerfiles

# old_dockerfile PIP DEFAULT-INDEX LINE: writes Dockerfile.old, as the kit has it; LINE installs torch. The default index stands
# for pypi.org; no other line is ours.
old_dockerfile() {
    cat >"$work/Dockerfile.old" <<DOCKERFILE
FROM $base AS builder
RUN python3 -m venv /opt/venv
ENV PATH=/opt/venv/bin:\$PATH PIP_INDEX_URL=$2
RUN pip install --upgrade pip==$1 setuptools wheel
RUN pip --version
RUN pip install numpy==1.26.4
RUN pip install scipy==1.11.1
$3
RUN pip install six
RUN pip cache purge
FROM $base
COPY --from=builder /opt/venv /opt/venv
DOCKERFILE
}

# without_numpy: leaves numpy and scipy out, where they only take time
without_numpy() { sed -i '/numpy\|scipy/d' "$work/Dockerfile.old"; }

# old_imports MODULE…: the image of Dockerfile.old ends with an import of these
old_imports() { printf 'RUN for module in %s; do /opt/venv/bin/python -B -c "import $module" || exit 1; done\n' "$*" >>"$work/Dockerfile.old"; }

# documented PAGE HEADING NUMBER: the Dockerfile lines in a fence of a page, with the mirror's address in them
documented() {
    "$PYTHON" - "$1" "$2" "$3" "$mirror" <<'LINE'
import re, sys
page, heading, number, mirror = sys.argv[1:]
section = open(page, encoding="utf-8").read().split("\n## %s\n" % heading)[1].split("\n## ")[0]
lines = re.findall(r"```dockerfile\n(.*?)```", section, re.S)[int(number)].rstrip("\n")
host = mirror.split("//")[1]
print(lines.replace("build-host:3143", host).replace("build-host", host.split(":")[0]))
LINE
}
online=$(documented docs/migration.md "An online Dockerfile" 0)
swapped=$(documented docs/migration.md "An online Dockerfile" 1)
legacy=$(documented docs/migration.md "The legacy form" 1)
# from_here, asked PATTERN: a line of the mirror's log since then
from_here() { log_lines=$(wc -l <"$work/mirror.out"); }
asked() {
    tail -n "+$((log_lines + 1))" "$work/mirror.out" | grep -q -e "$1" || die "the mirror was not asked for $1: $(grep torch "$work/mirror.out" | tail -5)"
}

guarded_port=$(netns_port)
beside guarded "$PYTHON" .ci/forward-proxy.py "$guarded_port" "$work/guarded.asked" "127.0.0.1:$upstream_port" airlock:Guarded-9f2
guarded=http://airlock:Guarded-9f2@127.0.0.1:$guarded_port
name=$half
[ "$half" = old ] && pip=$old || pip=$new
say "== online, unchanged but for the host, which stands for the Internet: $online; pip $pip"
old_dockerfile "$pip" "$upstream/simple" "$(printf '%s' "$online" | sed "s|https://download.pytorch.org|$upstream|")"
[ "$pip" = "$old" ] && without_numpy || old_imports numpy scipy
old_imports torch six
built direct.log build Dockerfile.old
has direct.log "pip $pip from"
untraced "$upstream"

say "== the same with the host swapped for the mirror's: $swapped; pip $pip"
from_here
old_dockerfile "$pip" "$mirror/simple" "$swapped"
[ "$pip" = "$new" ] && without_numpy || old_imports numpy scipy
old_imports torch six
built swapped.log build Dockerfile.old
has swapped.log "pip $pip from"
asked '"path":"/whl/cu118/torch/"'
untraced "$mirror" "$upstream"

say "== legacy, with the host swapped, offline: $legacy; pip $pip"
from_here
old_dockerfile "$pip" "$upstream/nowhere" "$legacy"
sed -i "/numpy\|scipy\|six/d; s|^RUN pip install --upgrade|RUN PIP_INDEX_URL=$mirror/simple pip install --upgrade|" "$work/Dockerfile.old"
old_imports torch
built legacy.log build Dockerfile.old
has legacy.log "pip $pip from"
asked '"path":"/whl/torch_stable.html"'
asked '"path":"[^"]*/torch-2.1.0[^"]*cu118-cp311-cp311-linux_x86_64.whl"' # the merged index has it too
untraced "$mirror" "$upstream"

say "== legacy, from a mirror with an empty store, behind a proxy that wants a password; pip $pip"
hybrid_port=$(netns_port)
hybrid=http://127.0.0.1:$hybrid_port
: >"$work/guarded.asked"
beside hybrid env AIRLOCK_STORE="$work/empty" HTTP_PROXY="$guarded" http_proxy="$guarded" "$root/airlock" serve \
    --presets "$work/presets" --listen "127.0.0.1:$hybrid_port" --no-pip-config \
    --index pytorch=http://download.pytorch.org/whl/cu118 --index pypi=http://pypi.org/simple/
wait_http "$hybrid/health" 30
old_dockerfile "$pip" "$hybrid/simple" "$(printf '%s' "$legacy" | sed "s|$mirror|$hybrid|g")"
without_numpy
old_imports torch six
built legacy-hybrid.log build Dockerfile.old
has legacy-hybrid.log "pip $pip from"
has guarded.asked "GET http://download.pytorch.org/whl/cu118/torch-2.1.0%2Bcu118-cp311-cp311-linux_x86_64.whl 200"
! grep -r -F -e Guarded-9f2 -e "$(printf airlock:Guarded-9f2 | base64)" "$work/hybrid.log" "$work/hybrid.out" "$work/empty" \
    "$work/legacy-hybrid.log" >&2 || die "the proxy's password was written down"
untraced "$hybrid" "$guarded" "$upstream"
kill "$(cat "$work/hybrid.pid")"
rm -rf "$work/empty"

say "== offline: COPY artifacts/\$PRESET/wheels, --no-index --find-links; pip $pip"
airlock export "$name" --as wheels --to "$work/artifacts/$name/wheels" --quiet
cat >"$work/Dockerfile.old" <<DOCKERFILE
FROM $base AS builder
ARG PRESET
RUN python3 -m venv /opt/venv
ENV PATH=/opt/venv/bin:\$PATH
COPY artifacts/\$PRESET/wheels /wheels
RUN pip install --no-index --find-links /wheels --upgrade pip==$pip setuptools wheel
RUN pip install --no-index --find-links /wheels numpy==1.26.4 scipy==1.11.1
RUN pip install --no-index --find-links /wheels torch==2.1.0 torchvision==0.16.0 torchaudio==2.1.0
RUN pip install --no-index --find-links /wheels tensorrt==8.6.1
RUN pip install --no-index --find-links /wheels requests six GPUtil
FROM $base
COPY --from=builder /opt/venv /opt/venv
DOCKERFILE
old_imports numpy scipy torch torchvision torchaudio tensorrt GPUtil requests six
built wheels.log build Dockerfile.old --build-arg PRESET=$name
untraced "$mirror" "$upstream"

# ------------------------------------------------------------------------------------------------- docker/Dockerfile

# bud PRESET ARGUMENT…
# shellcheck disable=SC2046 # the arguments are words
bud() {
    bud_preset=$1
    shift
    build docker/Dockerfile $(airlock docker-args "$bud_preset") "$@"
}
proxy_port=$(netns_port)
proxy=http://127.0.0.1:$proxy_port
beside proxy "$PYTHON" .ci/forward-proxy.py "$proxy_port" "$work/proxy.asked" "127.0.0.1:$upstream_port"
proxied=(--build-arg "HTTP_PROXY=$proxy" --build-arg "http_proxy=$proxy")
: >"$work/proxy.asked"

# The folder of wheels is there for the preset new; the mirror is not on loopback; a proxy is set.
# installs_all LOG PIP STEPS: the preset was installed whole, in the order of the kit
installs_all() {
    has "$1" "airlock: bootstrap: what installs the rest is pip $2"
    steps=$(sed -n 's/^airlock: \([a-z]*\): pip install .*/\1/p' "$work/$1" | tr '\n' ' ')
    [ "$steps" = "bootstrap numpy scipy torch tensorrt requirements " ] || die "the order of the steps was: $steps"
    has "$1" "airlock: installed torch==2.1.0+cu118"
    imports numpy scipy torch torchvision torchaudio tensorrt GPUtil requests six
}
unbuilt() { ! grep -i 'Building wheel\|setup\.py' "$work/$1" >&2 || die "something was built"; }
say "== the mirror at MIRROR_URL, and nothing else: the whole preset, with tensorrt and GPUtil repacked; pip $pip"
built "mirror-$name.log" bud "$name" --build-arg "MIRROR_URL=$afar" "${proxied[@]}"
has "mirror-$name.log" "airlock: source: the mirror at MIRROR_URL, and nothing else, because MIRROR_URL is given"
installs_all "mirror-$name.log" "$pip"
unbuilt "mirror-$name.log"
untraced "$afar" "$proxy" "$upstream"

say "== the wheels of artifacts/$name/wheels, as no mirror is named; pip $pip"
built "folder-$name.log" bud "$name"
has "folder-$name.log" "airlock: source: the wheels of artifacts/$name/wheels, and nothing else, because MIRROR_URL is empty, and"
installs_all "folder-$name.log" "$pip"
unbuilt "folder-$name.log"
untraced "$mirror" "$upstream"

say "== an sdist that pip has to build, in isolation, through the mirror; pip $pip"
from_here
built "sdist-$name.log" bud "sdist-$name" --build-arg "MIRROR_URL=$afar"
has "sdist-$name.log" "airlock: bootstrap: what installs the rest is pip $pip"
has "sdist-$name.log" "Building wheel for isolated (pyproject.toml)"
asked '"path":"/files/[^"]*/setuptools-[^"]*[.]whl"'
imports numpy isolated
untraced "$afar" "$upstream"
[ ! -s "$work/proxy.asked" ] || die "the mirror was asked through the build's proxy: $(head -3 "$work/proxy.asked")"

say "== a version: one edit in preset.json"
sed -i 's/"numpy": "1.26.4"/"numpy": "2.0.2"/' "$work/presets/small/preset.json"
in_netns "$root/airlock" sync small "${direct[@]}" --quiet
airlock docker-args small | grep -x -e '--build-arg NUMPY_VERSION=2.0.2' || die "docker-args does not have the edit"
if [ "$half" = new ]; then
    built edited.log bud small --build-arg "MIRROR_URL=$mirror"
    has edited.log "airlock: installed numpy==2.0.2"
    untraced "$mirror"

    say "== a version of which the lock has another spelling"
    preset short '' 1.26.4 '' ',
  "pytorch": {"torch_version": "2.1"}'
    : >"$work/presets/short/requirements.txt"
    in_netns "$root/airlock" sync short "${direct[@]}" --quiet
    built short.log bud short --build-arg "MIRROR_URL=$afar"
    has short.log "airlock: torch: pip install torch==2.1 from the mirror"
    has short.log "airlock: installed torch==2.1.0+cu118"
    untraced "$afar"

    say "== a mirror that asks for a token"
    token=$(airlock serve --new-token kit --tokens "$work/tokens")
    guarded_mirror_port=$(netns_port)
    beside guarded-mirror "$root/airlock" serve --offline --listen "0.0.0.0:$guarded_mirror_port" --tokens "$work/tokens"
    wait_http "http://127.0.0.1:$guarded_mirror_port/health" 30
    built token.log bud small --build-arg "MIRROR_URL=http://x:$token@192.0.2.1:$guarded_mirror_port"
    has token.log "airlock: installed numpy==2.0.2"
    untraced "http://x:$token@192.0.2.1:$guarded_mirror_port"

    say "== wheels that a person put into artifacts/small/wheels, setuptools and wheel not among them"
    airlock export small --as wheels --to "$work/by-hand" --quiet
    mkdir -p "$work/artifacts/small/wheels"
    cp "$work"/by-hand/*.whl "$work/artifacts/small/wheels"
    cp -L "$work/internet/wheels/pip-$pip"-*.whl "$work/artifacts/small/wheels"
    built filled.log bud small --build-arg BOOTSTRAP=pip,setuptools,wheel
    has filled.log "airlock: source: the wheels of artifacts/small/wheels, and nothing else"
    has filled.log "airlock: bootstrap: pip install --upgrade pip from the wheels"
    has filled.log "airlock: installed numpy==2.0.2"
    imports numpy six
    untraced "$mirror"
    rm -r "$work/artifacts/small"

    say "== without a version as build argument: those of the preset"
    built plain.log build docker/Dockerfile --build-arg "BASE_IMAGE=$base" --build-arg PRESET=small --build-arg "MIRROR_URL=$mirror"
    has plain.log "airlock: installed numpy==2.0.2"
    imports numpy six
    untraced "$mirror"

    say "== a step of one's own, with the settings of the build for pip and uv (uv is a stand-in that tells them)"
    cat >"$work/uv" <<'UV'
#!/bin/sh
env | grep '^UV_\|^PIP_\|^VIRTUAL_ENV=' | sort
UV
    {
        sed '/^RUN sh .*install.sh clean-up$/,$d' docker/Dockerfile
        echo 'COPY uv /usr/local/bin/uv'
        documented docs/docker.md "A step of your own" 0
        sed -n '/^RUN sh .*install.sh clean-up$/,$p' docker/Dockerfile
    } >"$work/Dockerfile.mine"
    chmod +x "$work/uv"
    cp -r "$work/presets/small" "$work/presets/mine"
    sed -i 's/"name": "small"/"name": "mine"/' "$work/presets/mine/preset.json"
    printf 'six\nidna\n' >"$work/presets/mine/requirements.txt"
    in_netns "$root/airlock" sync mine "${direct[@]}" --quiet
    printf 'six\n' >"$work/presets/mine/requirements.txt"
    built mine.log build Dockerfile.mine --build-arg "BASE_IMAGE=$base" --build-arg PRESET=mine --build-arg "MIRROR_URL=$afar"
    for setting in "UV_DEFAULT_INDEX=$afar/preset/mine/simple/" "PIP_INDEX_URL=$afar/preset/mine/simple/" \
        PIP_TRUSTED_HOST=192.0.2.1 UV_NO_CONFIG=1 UV_NO_CACHE=1 UV_CONSTRAINT=/opt/airlock/constraints.txt VIRTUAL_ENV=/opt/venv; do
        has mine.log "$setting"
    done
    untraced "$afar"
fi

bare=localhost/airlock-ci-bare
if [ "$half" = old ]; then
    say "== a base image without Python, and Debian's packages in artifacts/small/debs"
    base_image "$bare" ""
    layers_of "$bare"
    debs_for "$base_tar" "$image_cache/debs" python3 python3-venv
    mkdir -p "$work/artifacts/small"
    cp -r "$image_cache/debs" "$work/artifacts/small/debs"
    built debs.log bud small --build-arg "BASE_IMAGE=$bare" --build-arg "MIRROR_URL=$afar"
    has debs.log "airlock: builder: installing"
    has debs.log "airlock: runtime: installing"
    has debs.log "airlock: the image has Python 3.11"
    untraced "$afar"
    rm -r "$work/artifacts/small/debs"

    say "== airlock bake has every argument that docker-args has (buildx itself is not run)"
    airlock bake old new --mirror "$mirror" >"$work/bake.json"
    for each in old new; do airlock docker-args "$each" --mirror "$mirror" >"$work/$each.args"; done
    "$PYTHON" - "$work" <<'BAKE'
import json, sys
targets = json.load(open(sys.argv[1] + "/bake.json"))["target"]
for name in ("old", "new"):
    lines = open("%s/%s.args" % (sys.argv[1], name)).read().split("\n")
    printed = dict(line[len("--build-arg "):].split("=", 1) for line in lines if line)
    assert targets[name]["args"] == printed, (targets[name]["args"], printed)
    wanted = ["BASE_IMAGE", "PRESET", "MIRROR_URL", "BOOTSTRAP", "NUMPY_VERSION", "SCIPY_VERSION", "TORCH_VERSION",
              "TORCHVISION_VERSION", "TORCHAUDIO_VERSION", "TENSORRT_VERSION", "TORCH_INDEX_URL"]
    missing = [argument for argument in wanted if not printed.get(argument)]
    assert not missing, missing
print("bake: %s" % ", ".join(targets))
BAKE
fi

say "== online, by the build's proxy: pip's index as the base image sets it; tensorrt's setup.py runs, GPUtil is built"
cat >"$work/Dockerfile.base" <<DOCKERFILE
FROM $base
ENV PIP_INDEX_URL=http://pypi.org/simple PIP_TRUSTED_HOST="pypi.org pypi.nvidia.com"
DOCKERFILE
online_base=localhost/airlock-kit-online:$$
on_exit "image_tool rmi '$online_base' >/dev/null 2>&1"
(image=$online_base && build Dockerfile.base >/dev/null 2>&1) || die "no base image with an index"
online() {
    online_preset=$1
    shift
    bud "$online_preset" --build-arg "BASE_IMAGE=$online_base" --build-arg "RUNTIME_IMAGE=$base" "${proxied[@]}" \
        --build-arg TORCH_INDEX_URL=http://download.pytorch.org/whl/cu118 "$@"
}
rm -r "$work/artifacts"
built "online-$name.log" online "$name"
has "online-$name.log" "airlock: source: the package indexes, directly, because MIRROR_URL is empty, and artifacts/$name/wheels has no wheels"
has "online-$name.log" "airlock: the preset's pylock.toml constrains every step"
installs_all "online-$name.log" "$pip"
has proxy.asked "GET http://pypi.org/simple/numpy/ 200"
has proxy.asked "GET http://download.pytorch.org/whl/cu118/torch/ 200"
has proxy.asked "GET http://pypi.nvidia.com/tensorrt-libs/ 200"
untraced "$proxy" "$upstream"
if [ "$half" = new ]; then
    image_tool rmi "$online_base" >/dev/null
    say "the half of the $half pip: passed, in $SECONDS s"
    exit 0
fi

say "== online, a preset without a lock: specifiers, other packages, requirements of another name, constraints"
preset loose '' '<2' ', "idna": ">=3"' ',
  "constraints": ["six<99"]'
sed -i 's/requirements.txt/more.txt/' "$work/presets/loose/preset.json"
printf 'six\n' >"$work/presets/loose/more.txt"
built loose.log online loose
has loose.log "airlock: numpy: pip install numpy<2 from the package indexes"
imports numpy idna six
has loose.log "airlock: installed numpy==1.26.4"
untraced "$proxy" "$upstream"

say "== the same by a mirror in hybrid mode, that was never synced, without build arguments"
loose_port=$(netns_port)
beside loose env AIRLOCK_STORE="$work/empty" "$root/airlock" serve --presets "$work/presets" --listen "127.0.0.1:$loose_port" "${direct[@]}"
wait_http "http://127.0.0.1:$loose_port/health" 30
built unlocked.log build docker/Dockerfile --build-arg "BASE_IMAGE=$base" --build-arg PRESET=loose --build-arg "MIRROR_URL=http://127.0.0.1:$loose_port"
has unlocked.log "airlock: preset loose was never synced"
has unlocked.log "airlock: bootstrap: pip install --upgrade pip setuptools wheel from the mirror"
has unlocked.log "airlock: installed numpy==1.26.4"
imports numpy idna six
untraced "http://127.0.0.1:$loose_port" "$upstream"
kill "$(cat "$work/loose.pid")"
rm -rf "$work/empty"

say "== the same, with versions replaced by hand: the lock does not count then"
built by-hand.log online small --build-arg BOOTSTRAP="pip==$old,setuptools>=40,<999" --build-arg NUMPY_VERSION=1.26.4 --build-arg TORCH_VERSION=2.1.0
has by-hand.log "airlock: the preset's pylock.toml constrains nothing: it has numpy 2.0.2, and 1.26.4 is asked for"
has by-hand.log "airlock: installed numpy==1.26.4"
imports numpy torch six
untraced "$proxy" "$upstream"
image_tool rmi "$online_base" >/dev/null

# ------------------------------------------------------------------------------------------------- what ends a build

say "== a mirror that takes a connection and never answers"
silent_port=$(netns_port)
beside silent "$PYTHON" -c 'import socket, sys, time
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(86400)' "$silent_port"
ends_with "the mirror at MIRROR_URL, http://127.0.0.1:$silent_port, cannot be reached" \
    bud small --build-arg "MIRROR_URL=http://127.0.0.1:$silent_port"
say "== a mirror whose packets are dropped"
ends_with "the mirror at MIRROR_URL, http://192.0.2.9:3143, cannot be reached" bud small --build-arg MIRROR_URL=http://192.0.2.9:3143
say "== a mirror that answers, and then keeps silent"
half_port=$(netns_port)
beside half "$PYTHON" -c 'import http.server, sys, time
class Half(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.endswith("/simple/"):
            time.sleep(86400)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Half).serve_forever()' "$half_port"
ends_with "the mirror at MIRROR_URL, http://127.0.0.1:$half_port, cannot be reached" \
    bud small --build-arg "MIRROR_URL=http://127.0.0.1:$half_port"
say "== no preset of this name: neither at the mirror nor in the context"
ends_with "has no preset absent" bud small --build-arg PRESET=absent --build-arg "MIRROR_URL=$mirror"
ends_with "there is no presets/absent in the build context" bud small --build-arg PRESET=absent
say "== an address that is none of a mirror"
ends_with "is no address of Airlock" bud small --build-arg "MIRROR_URL=$upstream"
say "== a base image without Python, and nowhere to have one from"
ends_with "the base image has no python3 with venv, and its apt cannot have it now" bud small --build-arg "BASE_IMAGE=$bare" --build-arg "MIRROR_URL=$mirror"
lacks=$work/lacks # a store whose lock has what it does not hold any more
cp -r "$AIRLOCK_STORE" "$lacks"
lacks_entries=$(find "$lacks/indexes" -path '*/files/numpy/numpy-1.26.4-*/*.json')
[ -n "$lacks_entries" ] || die "the store has no entry of numpy 1.26.4"
for entry in $lacks_entries; do # and its blob: an entry alone comes back from the lock
    digest=$(basename "$entry" .json)
    find "$lacks/blobs" -name "$digest" -delete
    rm -r "$(dirname "$entry")"
done
lacking_port=$(netns_port)
beside lacking env AIRLOCK_STORE="$lacks" "$root/airlock" serve --offline --listen "127.0.0.1:$lacking_port"
wait_http "http://127.0.0.1:$lacking_port/health" 30
for name in old new; do
    say "== a version that the mirror lacks; the pip of the preset $name"
    ends_with "the mirror has no file of numpy==1.26.4 that this Python can take; \`airlock check $name\` at the mirror names what is missing" \
        bud "$name" --build-arg "MIRROR_URL=http://127.0.0.1:$lacking_port"
done
say "== a version that is not in the lock"
ends_with "numpy 1.0.0 is asked for, and the lock of preset new has 1.26.4" bud new --build-arg "MIRROR_URL=$mirror" --build-arg NUMPY_VERSION=1.0.0
for pip in "$old" "$new"; do
    say "== plain http that is not on loopback, in a Dockerfile of the user's own, without --trusted-host; pip $pip"
    old_dockerfile "$pip" "$mirror/simple" "RUN pip install --index-url $afar/whl/cu118 torch==2.1.0"
    without_numpy
    ends_with "allow it anyway with '--trusted-host 192.0.2.1'" build Dockerfile.old
done
say "== the same in docker/Dockerfile without MIRROR_URL, by a pip.conf of the machine"
printf '[global]\nindex-url = %s/simple\n' "$afar" >"$work/pip.conf"
ends_with "set PIP_TRUSTED_HOST=192.0.2.1 beside the index's address" \
    bud small --volume "$work/pip.conf:/etc/pip.conf:ro"
say "the half of the $half pip: passed, in $SECONDS s"
