#!/bin/bash
# Builds docker/mirror.Dockerfile, and runs the image as docker/compose.yaml says, as far as that goes without a container
# engine: its root file system is mounted read-only, its process is the first of its own process namespace, has the image's
# user, environment and entry point, compose.yaml's volumes, no capabilities, and no network but loopback.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/.ci/lib.sh"
. "$root/.ci/build-lib.sh"
cd "$root"
PYTHON=${PYTHON:-$(command -v python3)}
export PYTHON
if [ -n "${AIRLOCK_SKIP_IMAGE:-}" ]; then
    say "SKIPPED: the mirror as an image, as AIRLOCK_SKIP_IMAGE is set"
    exit 0
fi
need_apt iproute2 python3-yaml util-linux
base=localhost/airlock-ci-base
base_image "$base"
work=
scratch_dir work
"$root/airlock" --version

say "== an image with a JDK"
jdk=$("$PYTHON" - <<'JDK'
import glob, os, re
places = [os.environ.get(name, "") for name in ("AIRLOCK_JAVA_HOME", "JAVA25_HOME", "JAVA_HOME")]
for home in places + sorted(glob.glob("/usr/lib/jvm/*")) + sorted(glob.glob("/opt/j*")):
    release = home + "/release"
    if os.path.exists(home + "/bin/jlink") and os.path.exists(release) \
            and re.search(r'JAVA_VERSION="(2[5-9]|[3-9]\d)', open(release).read()):
        print(os.path.realpath(home))
        break
JDK
)
[ -n "$jdk" ] || die "no JDK 25 with jlink"
policy=$image_cache/policy.json
export TMPDIR="$image_cache/tmp"
jdk_image=localhost/airlock-ci-jdk:$$
image=localhost/airlock-mirror:$$
made=$(image_tool from --pull-never --signature-policy "$policy" "$base")
# Debian's package has links in it that lead out of it.
cp -RL "$jdk" "$work/jdk"
image_tool copy --quiet "$made" "$work/jdk" /opt/jdk >/dev/null
rm -rf "$work/jdk"
image_tool config --env PATH=/opt/jdk/bin:/usr/bin:/bin "$made"
image_tool commit --quiet --rm --signature-policy "$policy" "$made" "$jdk_image" >/dev/null
on_exit "image_tool rmi '$jdk_image' '$image' >/dev/null 2>&1"

say "== docker/mirror.Dockerfile"
image_tool bud --pull-never --no-cache --force-rm --format docker --signature-policy "$policy" \
    --ignorefile docker/mirror.Dockerfile.dockerignore --build-arg "JDK_IMAGE=$jdk_image" --build-arg "BASE_IMAGE=$base" \
    -t "$image" -f docker/mirror.Dockerfile . >"$work/build.log" 2>&1 || die "the build failed: $(tail -20 "$work/build.log")"

container=$(image_tool from --pull-never --signature-policy "$policy" "$image")
on_exit "image_tool rm '$container' >/dev/null 2>&1"
files=$(image_tool mount "$container")
on_exit "image_tool umount '$container' >/dev/null 2>&1"
say "of it in the image: $(du -sh "$files/opt/java" | cut -f1) of Java, $(du -sh "$files/opt/airlock" | cut -f1) of Airlock"
added=$(du -sm "$files/opt" | cut -f1)
[ "$added" -le 120 ] || die "the image has $added MB besides its base"

# Runs something as a container engine would.
image_tool inspect --type image "$image" >"$work/image.json"
cat >"$work/as-container" <<'RUN'
#!/usr/bin/env python3
"""Runs a command as the image's configuration and compose.yaml have it.

    as-container IMAGE.json FILES STORE PRESETS PID-FILE COMMAND…
"""
import json, os, subprocess, sys
config, files, store, presets, pid_file = json.load(open(sys.argv[1]))["Docker"]["config"], *sys.argv[2:6]
user, group = config["User"].split(":")
script = """set -e
mount --make-rprivate /
mount --bind "$FILES" "$FILES"
mount -o remount,bind,ro "$FILES"
mount --bind "$STORE" "$FILES/store"
mount --bind "$PRESETS" "$FILES/srv/presets"
mount -t tmpfs -o mode=1777 none "$FILES/tmp"
mount -t proc none "$FILES/proc"
mount --rbind /dev "$FILES/dev"
cd "$FILES"
exec chroot . setpriv --reuid %s --regid %s --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs \
    env -i -C %s "$@"
""" % (user, group, config["WorkingDir"])
# unshare's child is the first process of its namespace; the container's process is that child, by exec
process = subprocess.Popen(
    ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh"] + config["Env"] + sys.argv[6:],
    env=dict(os.environ, FILES=files, STORE=store, PRESETS=presets))
children = "/proc/%d/task/%d/children" % (process.pid, process.pid)
while process.poll() is None:
    first = open(children).read().split()
    if first:
        with open(pid_file, "w") as file:
            file.write(first[0])
        break
sys.exit(process.wait())
RUN
chmod +x "$work/as-container"
"$PYTHON" - "$work/image.json" docker/compose.yaml "$work" <<'CONFIG'
import json, shlex, sys, yaml
config = json.load(open(sys.argv[1]))["Docker"]["config"]
assert config["User"] == "10001:10001", config["User"]
assert list(config["Volumes"]) == ["/store"] and list(config["ExposedPorts"]) == ["3143/tcp"], config
assert config["Healthcheck"]["Test"] == ["CMD", "/opt/airlock/mirror-health.sh"], config["Healthcheck"]
assert config["Entrypoint"] == ["/opt/airlock/airlock"] and not any("PROXY" in each for each in config["Env"]), config
compose = yaml.safe_load(open(sys.argv[2]))
assert set(compose) == {"name", "x-airlock", "services", "volumes"}, set(compose)
mirror = compose["services"]["mirror"]
allowed = {"image", "build", "environment", "volumes", "read_only", "tmpfs", "cap_drop", "security_opt", "command", "ports",
           "restart", "stop_grace_period"}
assert set(mirror) <= allowed, set(mirror) - allowed
assert mirror["build"] == {"context": "..", "dockerfile": "docker/mirror.Dockerfile"}, mirror["build"]
assert mirror["read_only"] is True and mirror["tmpfs"] == ["/tmp"] and mirror["cap_drop"] == ["ALL"], mirror
assert mirror["security_opt"] == ["no-new-privileges:true"], mirror["security_opt"]
assert mirror["volumes"] == ["store:/store", "../presets:/srv/presets"] and compose["volumes"] == {"store": None}, compose
assert mirror["ports"] == ["${AIRLOCK_ADDRESS:-127.0.0.1}:3143:3143"], mirror["ports"]
assert mirror["command"][:3] == ["serve", "--listen", "0.0.0.0:3143"], mirror["command"]
# What is handed through by name only; nothing has a value in the file.
assert set(mirror["environment"]) == {"AIRLOCK_QUOTA", "AIRLOCK_RESERVE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}, mirror["environment"]
assert mirror["restart"] == "unless-stopped" and mirror["stop_grace_period"] == "30s", mirror
tool = compose["services"]["airlock"]
assert set(compose["services"]) == {"mirror", "airlock"} and tool["profiles"] == ["tool"], compose["services"]
assert {key: tool[key] for key in tool if key not in ("profiles", "command")} == compose["x-airlock"], tool
for mode in ("hybrid", "offline"):
    command = [word.replace("${AIRLOCK_MODE:-hybrid}", mode) for word in mirror["command"]]
    assert not any("$" in word for word in command), command
    with open("%s/%s" % (sys.argv[3], mode), "w") as file:
        file.write(shlex.join(config["Entrypoint"] + command) + "\n")
with open(sys.argv[3] + "/default", "w") as file:
    file.write(shlex.join(config["Entrypoint"] + config["Cmd"]) + "\n")
CONFIG

netns_up "airlock-image-$$"
# What compose.yaml has as volumes: the store, and a folder of the host with presets. In one of these the user may write.
mkdir "$work/store"
for name in mine theirs; do
    mkdir -p "$work/presets/$name"
    sed "s/\"quickstart\"/\"$name\"/" presets/quickstart/preset.json >"$work/presets/$name/preset.json"
    printf 'six\nidna\n' >"$work/presets/$name/requirements.txt"
done
chown 10001:10001 "$work/store" "$work/presets/mine"
as_container() { in_netns "$work/as-container" "$work/image.json" "$files" "$work/store" "$work/presets" "$work/pid" "$@"; }

say "== sync, into the volume"
"$PYTHON" .ci/generate-index.py "$work/generated" >/dev/null
index_port=$(netns_port)
beside index "$PYTHON" -m http.server --bind 127.0.0.1 --directory "$work/generated/simple-a" "$index_port"
wait_http "http://127.0.0.1:$index_port/simple/" 10
index=(--no-pip-config --index "pypi=http://127.0.0.1:$index_port/simple")
as_container /opt/airlock/airlock sync quickstart "${index[@]}" 2>"$work/sync.log" || die "the sync failed: $(tail -20 "$work/sync.log")"
as_container /opt/airlock/airlock check quickstart || die "the check failed"
[ ! -e "$work/presets/quickstart" ] || die "the preset of the image was written into the host's folder"

say "== presets of one's own, in /srv/presets"
as_container /opt/airlock/airlock preset list >"$work/list" || die "the presets cannot be listed"
for name in mine theirs quickstart; do grep -q "^$name " "$work/list" || die "$name is not listed: $(cat "$work/list")"; done
as_container /opt/airlock/airlock sync mine "${index[@]}" 2>"$work/sync.log" || die "the sync failed: $(tail -20 "$work/sync.log")"
grep -q '^name = "six"' "$work/presets/mine/pylock.toml" || die "no lock beside the preset: $(tail -5 "$work/sync.log")"
as_container /opt/airlock/airlock sync theirs "${index[@]}" 2>"$work/sync.log" || die "the sync failed: $(tail -20 "$work/sync.log")"
grep 'the lock cannot be written to /srv/presets/theirs/pylock.toml.*; only the store has it' "$work/sync.log" >&2 \
    || die "it does not say that the lock was not written: $(tail -5 "$work/sync.log")"
for name in mine theirs; do as_container /opt/airlock/airlock check "$name" || die "the check of $name failed"; done
[ -z "$(find "$work/store" ! -uid 10001)" ] || die "the store has files of another user"

for mode in default hybrid offline; do
    say "== serve: $(cat "$work/$mode")"
    # shellcheck disable=SC2046 # words that need no quotes
    as_container $(cat "$work/$mode") >"$work/serve.out" 2>"$work/serve.log" &
    server=$!
    on_exit "kill \$(cat '$work/pid') 2>/dev/null; [ \$airlock_status -eq 0 ] || tail -20 '$work/serve.log' >&2"
    wait_http http://127.0.0.1:3143/ready 30
    pid=$(cat "$work/pid")
    grep -q '^NSpid:.*[[:space:]]1$' "/proc/$pid/status" || die "the server is not the first process"
    [ "$(tr '\0' '\n' <"/proc/$pid/cmdline" | head -1)" = /opt/java/bin/java ] || die "the first process is not Java"
    grep -q '^CapEff:[[:space:]]*0*$' "/proc/$pid/status" || die "the server has capabilities"
    grep -q '^NoNewPrivs:[[:space:]]*1$' "/proc/$pid/status" || die "the server may get new privileges"
    grep -q '^Uid:[[:space:]]*10001[[:space:]]' "/proc/$pid/status" || die "the server has another user"
    nsenter -t "$pid" -n -m -p -r -- sh -c "cd / && exec /opt/airlock/mirror-health.sh" || die "the health check fails while the server answers"
    ! nsenter -t "$pid" -n -m -p -r -- sh -c "cd / && AIRLOCK_HEALTH_PORT=1 exec /opt/airlock/mirror-health.sh" 2>/dev/null \
        || die "the health check succeeds where nothing answers"
    rm -rf "$work/downloads"
    in_netns env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null "$PYTHON" -m pip download \
        -q --disable-pip-version-check --no-deps -d "$work/downloads" \
        --index-url http://127.0.0.1:3143/preset/quickstart/simple/ packaging requests
    ls "$work/downloads" | grep -q '^requests-' || die "pip did not get requests"
    in_netns "$PYTHON" - "http://127.0.0.1:3143/preset/mine/simple/six/" <<'PAGE' || die "the server does not have the preset of /srv/presets"
import sys, urllib.request
assert b"six-" in urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1]).read()
PAGE
    began=$SECONDS
    kill -TERM "$pid"
    code=0
    wait "$server" || code=$?
    [ "$code" -eq 143 ] || die "on SIGTERM it ended with $code instead of 143: $(tail -5 "$work/serve.log")"
    [ $((SECONDS - began)) -le 10 ] || die "it took $((SECONDS - began)) s to end"
done
say "the mirror as an image: passed"
