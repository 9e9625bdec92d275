#!/bin/bash
# The main job on real wheels: sync a preset, check it, serve it in a network namespace that has only loopback, and
# install it with every pip that is found; then build docker/Dockerfile through the mirror.
#
# The packages come from the local indexes and the wheel folder that pip is set up with; where there are none, a
# generated index of small genuine wheels takes their place, and this says so.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/.ci/lib.sh"
cd "$root"
PYTHON=${PYTHON:-$(command -v python3)}
export PYTHON

need_apt iproute2 nginx-light
work=
scratch_dir work
export AIRLOCK_STORE="$work/store" AIRLOCK_HOME="$work"
mkdir -p "$work/presets"
cp -r .ci/presets/e2e "$work/presets/e2e"
airlock() { "$root/airlock" "$@"; }

# ------------------------------------------------------------------------------------------------- the packages

if python_index_available; then
    real=yes
    sources=$(python_index_sources)
    default_index=$(printf '%s\n' "$sources" | awk '$1 == "index" { print $2 }' | sed -n 1p)
    more_index=$(printf '%s\n' "$sources" | awk '$1 == "index" { print $2 }' | sed -n 2p)
    wheels=$(printf '%s\n' "$sources" | awk '$1 == "wheels" { print $2; exit }')
fi
if [ -z "${real:-}" ] || [ -z "$more_index" ] || [ -z "$wheels" ]; then
    say "SKIPPED: real wheels. A generated index of small ones takes their place."
    real=
    "$PYTHON" .ci/generate-index.py "$work/generated" >/dev/null
    default_index=$work/generated/simple-a/simple
    more_index=$work/generated/simple-b/simple
    wheels=$work/generated/wheels
fi

# The second index is served over HTTP, so that metadata is read by ranges; the others are read as folders.
http_port=$(free_port)
cat >"$work/nginx.conf" <<NGINX
daemon off; user root; worker_processes 1; pid $work/nginx.pid; error_log $work/nginx-error.log;
events { worker_connections 256; }
http {
  access_log $work/nginx-access.log;
  client_body_temp_path $work/nginx-1; proxy_temp_path $work/nginx-2; fastcgi_temp_path $work/nginx-3;
  uwsgi_temp_path $work/nginx-4; scgi_temp_path $work/nginx-5;
  types { text/html html; application/octet-stream whl gz; }
  server { listen 127.0.0.1:$http_port; root $(dirname "$more_index"); index index.html; }
}
NGINX
nginx -c "$work/nginx.conf" -e "$work/nginx-error.log" &
on_exit "kill $!"
more=http://127.0.0.1:$http_port/$(basename "$more_index")/
wait_http "${more}scipy/" 10

# ------------------------------------------------------------------------------------------------- sync and check

indexes=(--no-pip-config --index "pytorch=$wheels" --index "more=$more" --index "pypi=file://$default_index")
say "== sync"
airlock sync e2e "${indexes[@]}" --dry-run >"$work/plan"
[ "$(wc -l <"$work/plan")" -ge 27 ] || die "the plan has fewer than 27 files: $(cat "$work/plan")"
[ ! -e "$work/presets/e2e/pylock.toml" ] || die "--dry-run wrote a lock"
airlock sync e2e "${indexes[@]}" --verbose
for pinned in "scipy 1.11.4" "torch 2.13.0+cpu"; do
    grep -A1 "^name = \"${pinned% *}\"" "$work/presets/e2e/pylock.toml" | grep -qF "version = \"${pinned#* }\"" \
        || die "the lock does not have $pinned"
done
cp "$work/presets/e2e/pylock.toml" "$work/first.toml"
say "== sync again: nothing to fetch, the same lock"
airlock sync e2e "${indexes[@]}" --json | tail -1 | grep -q '"fetched_files":0' || die "the second sync fetched something"
cmp "$work/first.toml" "$work/presets/e2e/pylock.toml"
say "== check"
airlock check e2e

say "== check finds what is wrong, and sync mends it"
victim=$(find "$AIRLOCK_STORE/blobs" -type f -size +1000k | sort | head -1)
mv "$victim" "$work/victim"
code=0
airlock check e2e 2>"$work/check.log" || code=$?
[ "$code" -eq 3 ] || die "check of a store that lacks a file ended with $code: $(cat "$work/check.log")"
grep -q 'is not held, wanted by ' "$work/check.log" || die "check did not say who wants it: $(cat "$work/check.log")"
airlock sync e2e "${indexes[@]}" --quiet
cmp "$victim" "$work/victim"
airlock check e2e

say "== a preset that cannot be solved says why, and nothing is published"
mkdir -p "$work/presets/impossible"
sed -e 's/"name": "e2e"/"name": "impossible"/' -e 's/"scipy": "1.11.4"/"scipy": "999"/' "$work/presets/e2e/preset.json" \
    >"$work/presets/impossible/preset.json"
cp "$work/presets/e2e/requirements.txt" "$work/presets/impossible/"
code=0
airlock sync impossible "${indexes[@]}" 2>"$work/impossible.log" || code=$?
[ "$code" -eq 1 ] || die "an impossible preset ended with $code"
grep -q 'requires scipy==999' "$work/impossible.log" || die "no reason: $(cat "$work/impossible.log")"
[ ! -e "$AIRLOCK_STORE/presets/impossible.json" ] || die "an impossible preset was published"

# ------------------------------------------------------------------------------------------------- serve offline

say "== serve, in a network namespace that has only loopback"
netns_up "airlock-e2e-$$"
port=$(in_netns "$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# The id of the server itself is needed, not that of the shell that runs in_netns in the background.
# shellcheck disable=SC2016 # expanded by the inner shell
in_netns sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$work/server.pid" \
    "$root/airlock" serve --offline --listen "127.0.0.1:$port" 2>"$work/server.log" &
waiter=$!
on_exit "kill \$(cat '$work/server.pid') 2>/dev/null; [ \$airlock_status -eq 0 ] || tail -30 '$work/server.log' >&2"
mirror=http://127.0.0.1:$port
wait_http "$mirror/health" 30
simple=$mirror/preset/e2e/simple/

# clean COMMAND…: in the namespace, with nothing of pip's own settings, and no home.
clean() {
    in_netns env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL -u PIP_CERT -u PIP_DEFAULT_TIMEOUT \
        PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore HOME="$work/home" PYTHONNOUSERSITE=1 "$@"
}
mkdir -p "$work/home"

# Every CPython that is found, each by the pip it brings.
pythons=$(cpythons)
wanted=$(sed -n 's/^name = "\(.*\)"$/\1/p' "$work/presets/e2e/pylock.toml" | sort -u)
whole=0
for python in $pythons; do
    pip=$(clean "$python" -m pip --version 2>/dev/null | awk '{ print $2 }') || pip=
    [ -n "$pip" ] || { say "SKIPPED: $python has no pip"; continue; }
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if [ "$version" = 3.11 ]; then
        say "== pip $pip, Python $version: everything"
        clean "$python" -m venv "$work/venv-$pip"
        venv=$work/venv-$pip/bin/python
        # shellcheck disable=SC2086 # a list of names
        clean "$venv" -m pip install -q --no-cache-dir --index-url "$simple" $wanted
        clean "$venv" -m pip check
        clean "$venv" - <<'IMPORT'
import numpy, scipy, sklearn, torch
assert scipy.__version__ == "1.11.4", scipy.__version__
assert torch.__version__ == "2.13.0+cpu", torch.__version__
assert int(numpy.__version__.split(".")[0]) < 2, numpy.__version__
if hasattr(torch, "ones"):
    from sklearn.linear_model import LinearRegression
    assert torch.from_numpy(numpy.ones(3)).sum().item() == 3.0
    assert LinearRegression().fit([[0], [1]], [0, 2]).predict([[2]])[0].round() == 4
print("imports: torch", torch.__version__, "numpy", numpy.__version__, "scipy", scipy.__version__)
IMPORT
        say "== pip of the mirror, Python $version: everything once more, without a cache"
        clean "$venv" -m venv "$work/venv-newest"
        clean "$work/venv-newest/bin/python" -m pip install -q --index-url "$simple" --upgrade pip
        # shellcheck disable=SC2086 # a list of names
        clean "$work/venv-newest/bin/python" -m pip install -q --no-cache-dir --index-url "$simple" $wanted
        clean "$work/venv-newest/bin/python" -m pip check
        say "   (that was pip $(clean "$work/venv-newest/bin/python" -m pip --version | awk '{ print $2 }'))"
        # Where that pip reads lock files: by their address, and from a copy, with no index at all.
        if clean "$work/venv-newest/bin/python" -c 'import sys, pip; sys.exit(tuple(map(int, pip.__version__.split(".")[:2])) < (26, 1))'
        then
            say "== pylock.toml, with pip of the mirror and no index"
            clean "$work/venv-newest/bin/python" -m venv "$work/venv-lock"
            lock=$mirror/preset/e2e/pylock.toml
            clean "$PYTHON" - "$lock" "$work/pylock.toml" <<'COPY'
import sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
open(sys.argv[2], "wb").write(opener.open(sys.argv[1]).read())
COPY
            lock_pip() { clean "$work/venv-newest/bin/python" -m pip --python "$work/venv-lock/bin/python" "$@"; }
            lock_pip install -q --no-cache-dir --no-index -r "$work/pylock.toml"
            lock_pip check
            lock_pip install -q --dry-run --no-index -r "$lock"
        else
            say "SKIPPED: pylock.toml, which pip reads from 26.1 on"
        fi
        whole=$((whole + 1))
    else
        # Those of the locked wheels that are pure and for this Python, asked of the mirror's own page.
        # shellcheck disable=SC2086 # a list of names
        pure=$(clean "$PYTHON" .ci/pure-wheels.py "$simple" "$version" $wanted | grep -vx pip) || pure=
        if [ -z "$pure" ]; then
            [ -z "$real" ] || die "no locked wheel is for Python $version"
            say "SKIPPED: pip $pip, Python $version, for which the generated index has no wheel"
            continue
        fi
        say "== pip $pip, Python $version: $(printf '%s\n' "$pure" | wc -l) pure wheels"
        # shellcheck disable=SC2086 # a list of names
        clean "$python" -m pip install -q --no-cache-dir --no-deps --target "$work/target-$version" \
            --index-url "$simple" $pure
    fi
done
[ "$whole" -gt 0 ] || say "SKIPPED: the whole install, for no Python 3.11 is here"

say "== find-links, the merged index, PyTorch's own paths"
if [ "$whole" -gt 0 ]; then
    for options in "--no-index --find-links $mirror/preset/e2e/find-links/" "--index-url $mirror/simple/" \
        "--index-url $mirror/whl/cpu/"; do
        rm -rf "$work/downloads"
        # shellcheck disable=SC2086 # options
        clean "$venv" -m pip download -q --no-deps -d "$work/downloads" $options torch==2.13.0
        ls "$work/downloads" | grep -q '^torch-2.13.0+cpu-' || die "no torch by $options"
    done
fi

# ------------------------------------------------------------------------------------------------- an image

if [ -n "${AIRLOCK_SKIP_IMAGE:-}" ]; then
    say "SKIPPED: the image build, as AIRLOCK_SKIP_IMAGE is set"
else
    say "== docker/Dockerfile, offline through the mirror"
    base_image localhost/airlock-ci-base
    in_netns env MIRROR_URL="$mirror" BASE_IMAGE=localhost/airlock-ci-base AIRLOCK="$root/airlock" \
        sh .ci/e2e-docker.sh e2e sklearn matplotlib requests socks
fi

say "== the server ends cleanly"
kill -TERM "$(cat "$work/server.pid")"
code=0
wait "$waiter" || code=$?
[ "$code" -eq 0 ] || [ "$code" -eq 143 ] || die "the server ended with $code"
say "end-to-end: passed"
