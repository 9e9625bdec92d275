#!/bin/bash
# Builds the Dockerfiles that docs/build-host.md shows, as they stand there, through a mirror that is not on loopback, in a
# network namespace without a way out; then searches the images. In place of the placeholders come a base image of CI's and
# the mirror's host. The builder stage by itself has to be found out: that is what it is there for.
#
# The packages come from the local index that pip is set up with; where there is none, from a generated one.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/.ci/lib.sh"
cd "$root"
PYTHON=${PYTHON:-$(command -v python3)}
export PYTHON
if [ -n "${AIRLOCK_SKIP_IMAGE:-}" ]; then
    say "SKIPPED: the Dockerfiles of the documents, as AIRLOCK_SKIP_IMAGE is set"
    exit 0
fi
. "$root/.ci/build-lib.sh"
builds_begin
export AIRLOCK_STORE="$work/store" AIRLOCK_HOME="$work"
mkdir -p "$work/presets/documents"
cat >"$work/presets/documents/preset.json" <<PRESET
{
  "schema": 1,
  "name": "documents",
  "base_image": "$base",
  "targets": [{"python": "3.11", "platform": "manylinux_2_36_x86_64"}],
  "indexes": {"pypi": {"url": "https://pypi.org/simple/", "default": true}},
  "bootstrap": [],
  "requirements": "requirements.txt"
}
PRESET
printf 'requests\nsix\n' >"$work/presets/documents/requirements.txt"
cp "$work/presets/documents/requirements.txt" "$work/requirements.txt"
local_index
"$root/airlock" sync documents --no-pip-config --index "pypi=file://$index" --quiet

netns_up "airlock-dockerfiles-$$"
host=192.0.2.1
in_netns ip address add "$host/32" dev lo
port=$(netns_port)
mirror=http://$host:$port
beside server "$root/airlock" serve --offline --listen "$host:$port"
wait_http "$mirror/health" 30

# The fences, a file each; their names are printed.
"$PYTHON" - docs/build-host.md "$work" "$base" "$host" >"$work/fences" <<'FENCES'
import re, sys
page, folder, base, host = sys.argv[1:]
for number, fence in enumerate(re.findall(r"(?ms)^```dockerfile\n(.*?)^```$", open(page).read()), 1):
    if not fence.startswith("FROM "):
        sys.exit("%s: its Dockerfile %d does not begin with FROM" % (page, number))
    fence = re.sub(r"(?m)^FROM python:3\.11-bookworm\b", "FROM " + base, fence)
    fence = re.sub(r"(?<![A-Z_])HOST(?![A-Z_])", host, fence)
    with open("%s/Dockerfile.%d" % (folder, number), "w") as file:
        file.write(fence)
    print("Dockerfile.%d" % number)
FENCES
[ -s "$work/fences" ] || die "docs/build-host.md shows no Dockerfile"

while read -r -u 3 dockerfile; do
    say "== docs/build-host.md: $dockerfile"
    build "$dockerfile" --build-arg "MIRROR_URL=$mirror" >"$work/build.log" 2>&1 || die "the build failed: $(tail -30 "$work/build.log")"
    [ "$(grep -c '"path":"/files.*"status":200' "$work/server.out")" -gt 0 ] || die "the mirror sent nothing: $(tail -5 "$work/server.out")"
    imports requests six
    untraced "$mirror"
    say "== its builder stage, which has the address in its history"
    build "$dockerfile" --target builder --build-arg "MIRROR_URL=$mirror" >"$work/build.log" 2>&1 \
        || die "the build failed: $(tail -30 "$work/build.log")"
    ! traces "$mirror" >"$work/traces" || die "no trace was found in the builder stage"
    grep -m1 '^TRACE history: the address' "$work/traces" >&2 || die "the address is not in the history: $(cat "$work/traces")"
done 3<"$work/fences"
say "the Dockerfiles of the documents: passed"
