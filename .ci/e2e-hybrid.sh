#!/bin/bash
# The hybrid server: (a) every pip that is found installs through it from an empty store, and once more when the upstream is
# gone; (b) in network namespaces, a firewall drops the upstream's packets in mid-use, and offline mode sends nothing;
# (c) a sync and a server on one store fetch a big file once.
#
# The packages come from the local indexes that pip is set up with; where there are none, a generated index of small
# genuine wheels takes their place, and this says so.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/.ci/lib.sh"
cd "$root"
PYTHON=${PYTHON:-$(command -v python3)}
export PYTHON

need_apt iproute2 iptables nginx-light
work=
scratch_dir work
export AIRLOCK_HOME="$work"
airlock() { "$root/airlock" "$@"; }

say "== airlock, built if need be"
airlock --version

# ------------------------------------------------------------------------------------------------- the upstream

# In the preset, and besides; the first ones are for every Python since 2.7.
preset_projects="six toml idna packaging attrs click pip setuptools wheel"
extra_projects="python-dateutil pytz more-itertools"
if python_index_available; then
    sources=$(python_index_sources)
else
    say "SKIPPED: real wheels. A generated index of small ones takes their place."
    "$PYTHON" .ci/generate-index.py "$work/generated" >/dev/null
    sources="index $work/generated/simple-a/simple"
fi
tree=$work/tree
mkdir "$tree"
# shellcheck disable=SC2086 # a list of names
printf '%s\n' "$sources" | "$PYTHON" .ci/hybrid-index.py "$tree" 48 $preset_projects $extra_projects
present() {
    for project in "$@"; do [ ! -d "$tree/simple/$project" ] || printf '%s ' "$project"; done
}
# shellcheck disable=SC2086 # a list of names
preset_projects=$(present $preset_projects) extra_projects=$(present $extra_projects)
[ -n "${preset_projects:+$extra_projects}" ] || die "the index has none of the projects that this takes"

# upstream_config NAME HOST PORT: writes the configuration of an nginx of that name. It logs who asks for what.
upstream_config() {
    cat >"$work/$1.conf" <<NGINX
daemon off; user root; worker_processes 1; pid $work/$1.pid; error_log $work/$1-error.log;
events { worker_connections 256; }
http {
  log_format who '\$request_method \$uri \$status \$body_bytes_sent "\$http_range" "\$http_user_agent"';
  access_log $work/$1.log who;
  client_body_temp_path $work/$1-1; proxy_temp_path $work/$1-2; fastcgi_temp_path $work/$1-3;
  uwsgi_temp_path $work/$1-4; scgi_temp_path $work/$1-5;
  types { text/html html; application/vnd.pypi.simple.v1+json json; } default_type application/octet-stream;
  map \$http_accept \$page { default index.html; "~application/vnd\.pypi\.simple\.v1\+json" index.json; }
  server {
    listen $2:$3; root $tree;
    location ~ ^/simple/[^/]+/\$ { index \$page; add_header Vary Accept; }
    location ~ airlock_big.*whl\$ { limit_rate 8m; }
  }
}
NGINX
    : >"$work/$1.log"
}

# no_other_client LOG: dies where somebody else than Airlock asked the upstream.
no_other_client() {
    [ -s "$1" ] || die "nobody asked the upstream"
    ! grep -v '"airlock/[^"]*"$' "$1" >"$work/others" || die "these went around the mirror: $(head -5 "$work/others")"
}

mkdir -p "$work/presets/hybrid" "$work/presets/big" "$work/home"
# shellcheck disable=SC2086 # a list of names
requirements=$(printf '"%s", ' $preset_projects)
cat >"$work/presets/hybrid/preset.json" <<JSON
{"schema": 1, "name": "hybrid", "bootstrap": [${requirements%, }],
 "targets": [{"python": "3.11", "platform": "manylinux_2_35_x86_64"}],
 "indexes": {"pypi": {"url": "https://index.invalid/simple/", "default": true}}}
JSON
cat >"$work/presets/big/preset.json" <<JSON
{"schema": 1, "name": "big", "bootstrap": ["airlock-big"],
 "targets": [{"python": "3.11", "platform": "manylinux_2_35_x86_64"}],
 "indexes": {"pypi": {"url": "https://index.invalid/simple/", "default": true}}}
JSON

# start_server NAME COMMAND…: starts `airlock serve`, by COMMAND, with a log of that name; sets $server to its process.
start_server() {
    server_log=$work/$1.log
    server_access=$work/$1.access
    shift
    "$@" >"$server_access" 2>"$server_log" &
    server=$!
    on_exit "kill $server 2>/dev/null; [ \$airlock_status -eq 0 ] || { echo '--- $server_log'; tail -40 '$server_log'; } >&2"
}

stop_server() {
    kill -TERM "$server"
    wait "$server" || [ $? -eq 143 ] || die "the server ended badly: $(tail -5 "$server_log")"
}

# clean COMMAND…: with nothing of pip's own settings, no home, and no way but the mirror's address.
clean() {
    env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL -u PIP_CERT -u PIP_DEFAULT_TIMEOUT \
        PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore \
        PIP_RETRIES=0 HOME="$work/home" PYTHONNOUSERSITE=1 "$@"
}

# ------------------------------------------------------------------------------------------------- (a) the pip matrix

up_port=$(free_port)
upstream_config matrix 127.0.0.1 "$up_port"
nginx -c "$work/matrix.conf" -e "$work/matrix-error.log" &
upstream=$!
on_exit "kill $upstream 2>/dev/null"
wait_http "http://127.0.0.1:$up_port/simple/six/" 20 2>/dev/null || wait_http "http://127.0.0.1:$up_port/simple/airlock-big/" 20
: >"$work/matrix.log"
indexes=(--no-pip-config --index "pypi=http://127.0.0.1:$up_port/simple/")
export AIRLOCK_STORE="$work/store"

port=$(free_port)
mirror=http://127.0.0.1:$port
simple=$mirror/preset/hybrid/simple/
say "== (a) serve, from an empty store"
start_server server "$root/airlock" serve --mode hybrid --listen "127.0.0.1:$port" --presets "$work/presets" "${indexes[@]}"
wait_http "$mirror/health" 120

# Every CPython that is found, each by the pip it brings.
pythons=$(cpythons)
newest=
for python in $pythons; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then newest=$python; fi
done

# install ROUND NAME PYTHON: installs what there is for it into a new folder, and looks that pip saw the mirror alone.
install() {
    into=$work/$1/$2
    version=$("$3" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    # shellcheck disable=SC2086 # a list of names
    fitting=$(clean "$PYTHON" .ci/pure-wheels.py "$simple" "$version" $preset_projects $extra_projects | grep -vx pip) || fitting=
    if [ -z "$fitting" ]; then
        say "SKIPPED: $2, Python $version, for which there is no pure wheel"
        return
    fi
    # shellcheck disable=SC2086 # a list of names
    clean "$3" -m pip install -q --no-cache-dir --progress-bar off --log "$into.log" --target "$into" --index-url "$simple" $fitting || die "$1: $2 failed"
    # The links that pip found and what it fetched: all of them are the mirror's.
    ! grep -oE '(Found link|Downloading( link)?( from URL)?|Getting page|Fetching project page and analyzing links:|Link requires) https?://[^ ]+' "$into.log" \
        | grep -vF " $mirror/" || die "$2 was told of another place than the mirror"
    (cd "$into" && find . -maxdepth 1 -name "*.dist-info") | sort >"$into.list"
    [ -s "$into.list" ] || die "$2 installed nothing"
    say "   $1: $2, Python $version: $(wc -l <"$into.list") projects"
}

# round NAME: every pip there is.
round() {
    mkdir "$work/$1"
    for python in $pythons; do
        pip=$(clean "$python" -m pip --version 2>/dev/null | awk '{ print $2 }') || pip=
        [ -n "$pip" ] || { say "SKIPPED: $python has no pip"; continue; }
        install "$1" "pip-$pip-$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" "$python"
    done
    if [ -z "$newest" ] || [ ! -d "$tree/simple/pip" ]; then
        say "SKIPPED: the newest pip, for which there is no Python 3.10 with venv, or no wheel"
        return
    fi
    clean "$newest" -m venv "$work/$1/venv"
    clean "$work/$1/venv/bin/python" -m pip install -q --no-cache-dir --progress-bar off --index-url "$simple" --upgrade pip
    pip=$(clean "$work/$1/venv/bin/python" -m pip --version | awk '{ print $2 }')
    install "$1" "pip-$pip-of-the-mirror" "$work/$1/venv/bin/python"
}

round online
no_other_client "$work/matrix.log"
say "== (a) a preset that was never synced is not said to be complete"
code=0
airlock status hybrid >"$work/status.log" 2>&1 || code=$?
[ "$code" -eq 1 ] || die "status ended with $code: $(cat "$work/status.log")"
grep -q 'fetched outside its lock: ' "$work/status.log" || die "status does not tell: $(cat "$work/status.log")"

say "== (a) the upstream is gone"
kill "$upstream"
wait "$upstream" 2>/dev/null || true
asked=$(wc -l <"$work/matrix.log")
round offline
[ "$(wc -l <"$work/matrix.log")" -eq "$asked" ] || die "somebody was answered by an upstream that is gone"
for list in "$work"/online/*.list; do
    cmp "$list" "$work/offline/$(basename "$list")"
done

say "== (a) what was used is locked, and then status is content"
nginx -c "$work/matrix.conf" -e "$work/matrix-error.log" &
upstream=$!
on_exit "kill $upstream 2>/dev/null"
wait_http "http://127.0.0.1:$up_port/simple/airlock-big/" 20
airlock sync hybrid "${indexes[@]}" --quiet
airlock wants --unlocked --json >"$work/wants.json"
airlock sync hybrid "${indexes[@]}" --quiet --wants "$work/wants.json" 2>"$work/wants.log" || die "$(cat "$work/wants.log")"
airlock status hybrid || die "it is not content after all that was used was locked"
stop_server

# ------------------------------------------------------------------------------------------------- (c) one download

say "== (c) a sync and a server on one store"
export AIRLOCK_STORE="$work/store-big"
: >"$work/matrix.log"
start_server server-big "$root/airlock" serve --mode hybrid --listen "127.0.0.1:$port" --presets "$work/presets" "${indexes[@]}"
wait_http "$mirror/health" 60
clean "$PYTHON" -m pip download -q --no-cache-dir --progress-bar off --no-deps -d "$work/big" --index-url "$mirror/preset/big/simple/" airlock-big &
client=$!
airlock sync big "${indexes[@]}" --quiet &
sync=$!
wait "$client" || die "the client did not get the big file"
wait "$sync" || die "the sync did not get the big file"
cmp "$work"/big/airlock_big-1.0-py3-none-any.whl "$tree/wheels/airlock_big-1.0-py3-none-any.whl"
gets=$(awk '$1 == "GET" && $2 ~ /airlock_big.*whl$/ && $4 > 1000000' "$work/matrix.log" | wc -l)
[ "$gets" -eq 1 ] || die "the big file was fetched $gets times: $(grep airlock_big "$work/matrix.log")"
airlock check big
stop_server
kill "$upstream"

# ------------------------------------------------------------------------------------------------- (b) namespaces

ns=airlock$$
if ! ip netns add "$ns-c" 2>/dev/null; then
    say "SKIPPED: (b), for network namespaces are not allowed here"
    say "hybrid: passed, without (b)"
    exit 0
fi
on_exit "ip netns del $ns-c 2>/dev/null; ip netns del $ns-m 2>/dev/null; ip netns del $ns-u 2>/dev/null; rm -rf /etc/netns/$ns-m"
ip netns add "$ns-m"
ip netns add "$ns-u"
in_c() { ip netns exec "$ns-c" "$@"; }
in_m() { ip netns exec "$ns-m" "$@"; }
in_u() { ip netns exec "$ns-u" "$@"; }

# client 10.77.1.1 — 10.77.1.2 mirror 10.77.2.2 — 10.77.2.1 upstream, which is also the mirror's way to everywhere, DNS included.
ip -n "$ns-c" link add to-mirror type veth peer name to-client netns "$ns-m"
ip -n "$ns-m" link add to-upstream type veth peer name to-mirror netns "$ns-u"
ip -n "$ns-c" addr add 10.77.1.1/24 dev to-mirror
ip -n "$ns-m" addr add 10.77.1.2/24 dev to-client
ip -n "$ns-m" addr add 10.77.2.2/24 dev to-upstream
ip -n "$ns-u" addr add 10.77.2.1/24 dev to-mirror
for link in "c lo" "c to-mirror" "m lo" "m to-client" "m to-upstream" "u lo" "u to-mirror"; do
    # shellcheck disable=SC2086 # two words
    set -- $link
    ip -n "$ns-$1" link set "$2" up
done
ip -n "$ns-m" route add default via 10.77.2.1
mkdir -p "/etc/netns/$ns-m"
printf '127.0.0.1 localhost\n10.77.2.1 upstream.example\n' >"/etc/netns/$ns-m/hosts"
printf 'nameserver 10.77.2.1\noptions timeout:1 attempts:1\n' >"/etc/netns/$ns-m/resolv.conf"

upstream_config far 10.77.2.1 8080
ip netns exec "$ns-u" nginx -c "$work/far.conf" -e "$work/far-error.log" &
on_exit "kill $! 2>/dev/null"
export AIRLOCK_STORE="$work/store-far"
mirror=http://10.77.1.2:3143
simple=$mirror/preset/hybrid/simple/
indexes=(--no-pip-config --index "pypi=http://upstream.example:8080/simple/")
# Every page is asked for again each time, so that the drop is felt.
printf '{"schema": 1, "freshness": 0}\n' >"$work/airlock.json"

cat >"$work/ask.py" <<'ASK'
"""ask.py URL [SECONDS STATUS…]: prints the status of a URL and the milliseconds that it took; fails after SECONDS, or on another status."""
import sys, time, urllib.error, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
begun = time.monotonic()
try:
    with opener.open(sys.argv[1], timeout=120) as answer:
        answer.read()
        status = answer.status
except urllib.error.HTTPError as e:
    status = e.code
took = time.monotonic() - begun
print("%d %.0f ms" % (status, took * 1000))
if len(sys.argv) > 2 and took > float(sys.argv[2]):
    sys.exit("it took longer than %s s" % sys.argv[2])
if len(sys.argv) > 3 and str(status) not in sys.argv[3:]:
    sys.exit("accepted is the status %s" % " or ".join(sys.argv[3:]))
ASK
ask() { in_c "$PYTHON" "$work/ask.py" "$@"; }
# told WHAT ASK-ARGUMENT…: says what came of it.
told() {
    told_what=$1
    shift
    told_answer=$(ask "$@") || die "$told_what: $told_answer"
    say "   $told_what: $told_answer"
}
up_in_m() {
    for _ in $(seq 600); do
        in_c "$PYTHON" "$work/ask.py" "$mirror/health" >/dev/null 2>&1 && return
        sleep 0.1
    done
    die "no answer from the mirror: $(tail -20 "$server_log")"
}
# pip_in_c DIRECTORY PROJECT…
pip_in_c() {
    into=$1
    shift
    in_c env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 \
        PIP_ROOT_USER_ACTION=ignore HOME="$work/home" PYTHONNOUSERSITE=1 \
        "$PYTHON" -m pip install -q --no-cache-dir --progress-bar off --target "$into" --trusted-host 10.77.1.2 --index-url "$simple" "$@"
}
version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

say "== (b) with the upstream"
start_server server-far ip netns exec "$ns-m" "$root/airlock" serve --mode hybrid --listen 10.77.1.2:3143 \
    --presets "$work/presets" --config "$work/airlock.json" "${indexes[@]}"
up_in_m
# shellcheck disable=SC2086 # a list of names
fitting=$(in_c "$PYTHON" .ci/pure-wheels.py "$simple" "$version" $preset_projects $extra_projects | grep -vx pip)
first=$(printf '%s\n' "$fitting" | head -1)
# shellcheck disable=SC2086 # a list of names
pip_in_c "$work/far-1" $fitting
ask "$simple$first/" 5 200

say "== (b) the upstream's packets are dropped"
in_u iptables -I INPUT -j DROP
in_u iptables -I OUTPUT -j DROP
# A page that was asked for just now may still be in memory; after that, one answer waits for the upstream, and no other.
slow=0
for _ in 1 2 3 4 5 6 7 8; do
    told "an answer" "$simple$first/" 10 200
    case $told_answer in *" "[0-9][0-9][0-9][0-9]*" ms") slow=$((slow + 1)) ;; esac
done
[ "$slow" -le 1 ] || die "$slow answers took longer than a second: the drop is paid for more than once"
told "a project that is not held" "${simple}airlock-absent/" 5 502 503 504
# shellcheck disable=SC2086 # a list of names
pip_in_c "$work/far-2" $fitting

say "== (b) the upstream is back"
in_u iptables -D INPUT -j DROP
in_u iptables -D OUTPUT -j DROP
asked=$(wc -l <"$work/far.log")
for _ in $(seq 120); do
    ask "$simple$first/" 40 200 >/dev/null
    [ "$(wc -l <"$work/far.log")" -eq "$asked" ] || break
    sleep 0.5
done
[ "$(wc -l <"$work/far.log")" -gt "$asked" ] || die "the mirror did not find the upstream again within a minute"
no_other_client "$work/far.log"
stop_server

say "== (b) offline: no packet to the upstream's side, DNS included"
in_m env AIRLOCK_STORE="$AIRLOCK_STORE" "$root/airlock" sync hybrid "${indexes[@]}" --quiet
# What earlier processes left half sent, the kernel still sends; that is not to be counted.
for _ in $(seq 300); do
    left=$(in_m ss -tnH state connected exclude time-wait dst 10.77.2.1)
    [ -n "$left" ] || break
    sleep 0.2
done
[ -z "$left" ] || die "connections of processes that have ended stay: $left"
in_m iptables -I OUTPUT -o to-upstream
in_m iptables -I OUTPUT -p udp --dport 53
start_server server-offline ip netns exec "$ns-m" "$root/airlock" serve --mode offline --listen 10.77.1.2:3143 \
    --presets "$work/presets" --config "$work/airlock.json"
up_in_m
# shellcheck disable=SC2086 # a list of names
fitting=$(in_c "$PYTHON" .ci/pure-wheels.py "$simple" "$version" $preset_projects | grep -vx pip)
# shellcheck disable=SC2086 # a list of names
pip_in_c "$work/far-3" $fitting
for unknown in "${simple}airlock-absent/" "$mirror/simple/airlock-absent/" "$mirror/preset/absent/simple/six/" \
    "$mirror/index/absent/simple/six/"; do
    told "${unknown#"$mirror"}" "$unknown" 5 404
done
sent=$(in_m iptables -L OUTPUT -v -x -n | awk 'NR > 2 { sum += $1 } END { print sum + 0 }')
[ "$sent" -eq 0 ] || die "offline, the mirror sent $sent packets: $(in_m iptables -L OUTPUT -v -x -n)"
stop_server
say "hybrid: passed"
