"""Runs the commands that the documents show; used by e2e-docs.sh, in a network namespace that has only loopback.

    run-docs.py ROOT WORK [PAGE…]

Every fence ```sh of every page is run, page by page, in order, by one bash for each page, in a scratch checkout with a
store of its own. A fence ```sh not-run: REASON is not run; it is listed and counted. What a line says behind
`# ends with N` is the exit code that it must have. Servers are started in the background, wait until they answer, and
are ended with the page, or by the next one at the same port.

A fence ```nginx is run too: as a part of nginx's configuration, from which pip then installs. So are the commands that the
command reference has behind the options of a command; in any other fence a command that would not be run is an error.

What is put in place of what is shown is in SETTINGS and COMMON, and nowhere else. Presets whose wheels are large
are replaced by a small one of the same name: see `small_preset`.

It also looks whether docs/http.md names exactly the routes of the server, whether each message that docs/troubleshooting.md
quotes is in the sources of who says it, and whether the pages in two languages show the same commands.
"""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time

ROOT, WORK = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
LARGE = "ubuntu22.04-cuda11.8-torch2.1"
PIP_READS_LOCKS = os.environ.get("DOCS_PIP_READS_LOCKS") == "yes"
MOUNTS = os.environ.get("DOCS_MOUNTS") == "yes"
PYTHON = "%d.%d" % sys.version_info[:2]

# Put in place of what every page shows.
COMMON = [
    ("https://token:TOKEN@HOST/", "http://token:$TOKEN@127.0.0.1:3143/"),
    ("https://HOST/", "http://127.0.0.1:3143/"),
    ("Bearer TOKEN", "Bearer $TOKEN"),
    ("HOST", "127.0.0.1"),
    ("/mnt/", "$PAGE/mnt/"),
    ("python:3.11-bookworm", "localhost/airlock-ci-base"),
    ("nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04-python", "localhost/airlock-ci-base"),
    ("buildah --storage-driver vfs", os.environ.get("BUILDAH", "buildah")),
    ("-- --pull-never", "-- --pull-never --signature-policy " + os.environ.get("DOCS_POLICY", "")),
    ("PRESET", LARGE),
    ("PROJECT", "idna"),
    ("IMAGE", "localhost/airlock-docs:named"),
]

# Image builds take most of the time, so each form is run once.
BUILT = "an image build that README.md or docs/docker.md runs"

# By page: `packages`, of the small preset; `setup`, run before the page; `replace`, before COMMON; `before`, run before a line that begins so;
# `skip`, lines that are not run, with the reason; `leave_out`, the same for parts of lines; `at_end`, run when the page has ended.
SETTINGS = {
    "README.md": {"skip": {"mvn ": ".ci/run runs it by itself"}},
    "docs/build-host.md": {"before": {"pip config --site set global.index": "export PIP_CONFIG_FILE=$PAGE/venv/pip.conf"},
                           "skip": {"docker build --network=host --build-arg": ".ci/e2e-dockerfiles.sh builds it", "docker build": BUILT}},
    "docs/commands.md": {"setup": "airlock sync %s --quiet" % LARGE,
                         # what somebody asks for in vain
                         "before": {"airlock wants": "airlock serve --offline\ncurl -s -o /dev/null"
                                                     " http://127.0.0.1:3143/preset/PRESET/simple/rich/"},
                         "skip": {"docker build": BUILT},
                         "leave_out": {" && docker buildx bake": "needs docker buildx and a daemon; the definition is written"}},
    "docs/docker.md": {"setup": "airlock sync %s --quiet" % LARGE,
                       "skip": {"./airlock build PRESET --offline": "an image build that .ci/e2e-build.sh runs"}},
    "docs/export.md": {"setup": "airlock sync %s --quiet" % LARGE,
                       "replace": [("DIR", "artifacts/PRESET/wheels"), (" …", " requests")]},
    "docs/faq.md": {"setup": "airlock sync %s --quiet" % LARGE,
                    "packages": {"numpy": "1.26.4"}, "replace": [("1.23.1", "1.26.4"), ("1.23.5", "2.0.2")],
                    "skip": {"./airlock build": BUILT}},
    "docs/from.md": {"setup": "mkdir my-app; cd my-app; printf 'six\\nidna\\n' >requirements.txt"},
    "docs/hybrid.md": {"setup": "airlock sync quickstart --quiet"},
    "docs/http.md": {"setup": "airlock sync %s --quiet" % LARGE,
                     "replace": [("airlock serve --new-token build-host --tokens tokens",
                                  "TOKEN=$(airlock serve --new-token build-host --tokens tokens)"), (" …", " six")],
                     "before": {"pip install": "airlock serve --offline --tokens tokens"}},
    "docs/locks.md": {"packages": {"numpy": "1.26.4"}, "setup": "airlock sync %s --quiet; pip install -q packaging" % LARGE,
                      "replace": [("-P torch -P numpy", "-P requests -P numpy"), ("--upgrade torch", "--upgrade requests"),
                                  ("diff ours its", "diff ours its >differences || [ $? -eq 1 ]")],
                      "before": {"pip install -r": "airlock serve --offline"},
                      "skip": {} if PIP_READS_LOCKS else
                      {"pip install -r": "needs pip 26.1, which the index lacks", "curl -o pylock.toml": "needs pip 26.1"}},
    "docs/migration.md": {"skip": {"./airlock build": BUILT, "docker build --network=host": BUILT,
                                   "docker build --build-arg HTTPS_PROXY": ".ci/e2e-kit.sh builds behind a proxy"}},
    "docs/store.md": {"setup": "airlock sync PRESET --quiet".replace("PRESET", LARGE),
                      "before": {"airlock rm PRESET --keep": "airlock sync PRESET --quiet"}},
    "docs/travel.md": {"setup": 'mkdir -p "$PAGE/mnt/usb" "$PAGE/mnt/store"',
                       "replace": [("/var/lib/airlock-state", "$PAGE/state")],
                       # what a build on site asks for in vain
                       "before": {"mount -o": "curl -s -o /dev/null http://127.0.0.1:3143/preset/PRESET/simple/idna-ssl/ || :",
                                  "./airlock wants": 'curl -sf -o "$PAGE/page" http://127.0.0.1:3143/preset/PRESET/simple/requests/'
                                                     '\ngrep -q requests- "$PAGE/page"',
                                  "./airlock sync --wants": "sed -i 's/idna-ssl/rich/g' /mnt/usb/wants.json"},
                       "at_end": '! mountpoint -q "$PAGE/mnt/store" || umount "$PAGE/mnt/store"',
                       "skip": {} if MOUNTS else {"mount -o": "no file can be mounted here",
                                                  "./airlock serve --offline --store /mnt/store": "needs that mount"}},
    "docs/wants.md": {"setup": "airlock sync %s --quiet" % LARGE,
                      "before": {"airlock wants   ": "airlock serve --offline\ncurl -s -o /dev/null"
                                                     " http://127.0.0.1:3143/preset/PRESET/simple/rich/",
                                 "airlock status  ": "airlock sync PRESET --quiet"}},
}
SAME_COMMANDS = {"docs/migration.ko.md": "docs/migration.md"}
# Who builds the Dockerfiles, or lines of them, that a page shows.
DOCKERFILES = {"docs/build-host.md": ".ci/e2e-dockerfiles.sh", "docs/migration.md": ".ci/e2e-kit.sh",
               "docs/migration.ko.md": ".ci/e2e-kit.sh", "docs/docker.md": ".ci/e2e-kit.sh"}

SERVER = re.compile(r"^(\./)?airlock (serve|up)\b|^python3 -m http\.server\b")
COMMAND = re.compile(r"^\s*(\$ |# )?((\./)?airlock [a-z]+|(\.ci|bench)/\S|(docker|podman|buildah|pip|pip3|uv|curl|mvn|mount|nginx|rsync|cp"
                     r"|tar|systemctl|apt-get|sh|bash|python3? -m) |export [A-Z_]+=)")
# A command behind the options of a command, on a line of its own or behind a colon.
EXAMPLE = re.compile(r"(?:^\s*|: )((?:airlock [a-z]|docker ).*)$", re.S)


class Block:
    def __init__(self, kind, line, reason):
        self.kind, self.line, self.reason, self.lines = kind, line, reason, []


def blocks(path):
    """The fences that are run; dies where a command stands in another one."""
    found, inside, kind = [], None, None
    page = path.relative_to(ROOT).as_posix()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        fence = re.match(r"^(\s*)```(.*)$", line)
        if fence and kind is None:
            kind = fence.group(2).strip()
            if kind == "sh" or re.match("sh not-run(: |$)", kind):
                inside = Block("sh", number, (kind[len("sh not-run: "):] or "the page says so") if kind != "sh" else "")
            elif kind == "nginx" or kind == "text" and page == "docs/commands.md":
                inside = Block(kind, number, "")
            elif kind.startswith("sh"):
                sys.exit("%s:%d: a fence is ```sh or ```sh not-run: REASON, not %s" % (path, number, kind))
            elif kind == "dockerfile" and page not in DOCKERFILES:
                sys.exit("%s:%d: nobody builds this Dockerfile" % (path, number))
            if inside is not None:
                found.append(inside)
        elif fence:
            if inside is not None and inside.kind == "text":
                keep_examples(path, inside)
            kind = inside = None
        elif inside is not None:
            inside.lines.append(line)
        elif kind in ("", "text", "bash", "shell", "console") and COMMAND.match(line):
            sys.exit("%s:%d: a command that is in no fence ```sh, so it is not run: %s" % (path, number, line))
    return found


def keep_examples(path, block):
    """Leaves of what a command says of itself what it says last, behind an empty line: there are examples."""
    last = len(block.lines) - block.lines[::-1].index("") if "" in block.lines else len(block.lines)
    if last < len(block.lines) and block.lines[last].startswith("Commands:"):
        last = len(block.lines)
    for number, line in enumerate(block.lines[:last], block.line + 1):
        if COMMAND.match(line) and not line.startswith("    "):
            sys.exit("%s:%d: a command that is not at the end of its help, so it is not run: %s" % (path, number, line))
    block.line, block.lines = block.line + last, block.lines[last:]


def commands(block):
    """Line number and text of each command: lines joined at a backslash, here-documents whole."""
    lines, at = block.lines, 0
    while at < len(lines):
        begin, text = at, lines[at]
        while text.endswith("\\") and at + 1 < len(lines):
            at += 1
            text += "\n" + lines[at]
        word = re.search(r"<<'?([A-Z]+)'?", text)
        while word and lines[at].strip() != word.group(1):
            at += 1
            text += "\n" + lines[at]
        at += 1
        if block.kind == "text":
            example = EXAMPLE.search(text)
            text = example.group(1) if example else ""
        if text.strip() and not text.lstrip().startswith("#"):
            yield block.line + 1 + begin, text


def substituted(text, settings):
    for old, new in settings.get("replace", []) + COMMON:
        if re.fullmatch("[A-Z]+", old):  # a placeholder, which is no part of another word
            text = re.sub(r"(?<![A-Z_])%s(?![A-Z_])" % old, lambda _: new, text)
        else:
            text = text.replace(old, new)
    return text


def shell(text):
    """The lines of bash that run one command."""
    if SERVER.match(text):
        if text.startswith("python3"):
            port = re.search(r"\d{4,5}", text).group()
        else:
            listen = re.search(r"--listen[ =]\S*?(\d+)(\s|$)", text)
            port = listen.group(1) if listen else "3143"
        return "begin_server %s %s" % (port, shlex.quote("exec " + text))
    ends = re.search(r"# ends with (\d+)$", text)
    if ends:
        return "code=0\n{ %s\n} || code=$?\n[ $code -eq %s ] || { echo \"ended with $code, not %s\"; exit 1; }" % (
            text, ends.group(1), ends.group(1))
    return text


PROLOGUE = r"""
set -euo pipefail
declare -A servers
end_server() { kill "$1" 2>/dev/null || :; wait "$1" 2>/dev/null || :; }
begin_server() {
    [ -z "${servers[$1]:-}" ] || end_server "${servers[$1]}"
    bash -c "$2" >>"$PAGE/server.log" 2>&1 &
    servers[$1]=$!
    for _ in $(seq 300); do
        kill -0 "${servers[$1]}" 2>/dev/null || break
        if curl -s -o /dev/null "http://127.0.0.1:$1/"; then return 0; fi
        sleep 0.1
    done
    echo "this server does not answer: $2"; tail -5 "$PAGE/server.log"; exit 1
}
at_end() { :; }
trap 'for server in "${servers[@]}"; do end_server "$server"; done; at_end' EXIT
cd "$PAGE/checkout"
"""

# What is around a part of nginx's configuration. At the port PLAIN its root is served with no other directive.
NGINX = r"""
cat >"$PAGE/site.conf" <<SITE
%(shown)s
SITE
cat >"$PAGE/nginx.conf" <<NGINX
daemon off; user root; worker_processes 1; pid $PAGE/nginx.pid; error_log $PAGE/nginx-error.log;
events { worker_connections 64; }
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    log_format asked '\$server_port \$status \$request_uri \$sent_http_content_type';
    access_log $PAGE/nginx-access.log asked;
    client_body_temp_path $PAGE/nginx-1; proxy_temp_path $PAGE/nginx-2; fastcgi_temp_path $PAGE/nginx-3;
    uwsgi_temp_path $PAGE/nginx-4; scgi_temp_path $PAGE/nginx-5;
    include $PAGE/site.conf;
    server { listen 127.0.0.1:%(plain)s; root $PAGE/mnt/site; }
}
NGINX
begin_server %(port)s 'exec nginx -c "$PAGE/nginx.conf" -e "$PAGE/nginx-error.log"'
for port in %(port)s %(plain)s; do
    pip install --quiet --no-cache-dir --target "$PAGE/from-$port" --index-url "http://127.0.0.1:$port/simple/" requests
    [ -d "$PAGE/from-$port/requests" ]
    grep -q "^$port 200 /simple/requests/requests-.*\.whl " "$PAGE/nginx-access.log"
done
answers() { curl -sf -o "$PAGE/page" -w '%%{content_type}' "$@" "http://127.0.0.1:%(port)s/simple/requests/" >"$PAGE/type"; }
answers -H 'Accept: application/vnd.pypi.simple.v1+json'
grep -qx 'application/vnd.pypi.simple.v1+json' "$PAGE/type"
python3 -m json.tool "$PAGE/page" >/dev/null
answers -H 'Accept: text/html'
grep -q '^text/html' "$PAGE/type"
grep -q '<a ' "$PAGE/page"
"""


def nginx(block, settings):
    """The lines of bash that run nginx with this part of its configuration, and install from it."""
    shown = "\n".join(block.lines)
    port = int(re.search(r"listen [\d.]+:(\d+);", shown).group(1))
    return NGINX % {"shown": substituted(shown.replace("\\", "\\\\").replace("$", "\\$"), settings), "port": port, "plain": port + 1}


def small_preset(folder, packages):
    """Of the same name, with a few small wheels of one index, for this Python."""
    document = {
        "schema": 1, "name": LARGE, "base_image": "localhost/airlock-ci-base",
        "targets": [{"python": PYTHON, "platform": "manylinux_2_36_x86_64"}],
        "indexes": {"pypi": {"url": "https://pypi.org/simple/", "default": True}},
        "bootstrap": ["wheel"], "packages": packages, "requirements": "requirements.txt"}
    folder.mkdir(parents=True)
    (folder / "preset.json").write_text(json.dumps(document, indent=2) + "\n")
    (folder / "requirements.txt").write_text("requests\nsix\n")


def prepare(page):
    """A scratch checkout, a home and a Python environment of its own."""
    here = WORK / page.replace("/", "-")
    checkout = here / "checkout"
    shutil.copytree(ROOT / "docker", checkout / "docker")
    (checkout / "airlock").symlink_to(ROOT / "airlock")
    shutil.copytree(ROOT / "presets" / "quickstart", checkout / "presets" / "quickstart",
                    ignore=shutil.ignore_patterns("pylock.toml"))
    small_preset(checkout / "presets" / LARGE, SETTINGS.get(page, {}).get("packages", {}))
    for name in ("home", "tmp", "mnt"):
        (here / name).mkdir()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", here / "venv"], check=True)
    site = "lib/python%s/site-packages" % PYTHON
    for package in (WORK / "venv" / site).glob("pip*"):
        shutil.copytree(package, here / "venv" / site / package.name)
    pip = here / "venv" / "bin" / "pip"
    pip.write_text('#!/bin/sh\nexec "${0%/*}/python" -m pip "$@"\n')
    pip.chmod(0o755)
    return here


def environment(here):
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("PIP_", "UV_", "XDG_", "AIRLOCK_")) or name == "AIRLOCK_JAVA_HOME"}
    return dict(kept, PAGE=str(here), HOME=str(here / "home"), TMPDIR=str(here / "tmp"),
                PATH=os.pathsep.join([str(WORK / "bin"), str(here / "venv" / "bin"), str(here / "checkout"), kept["PATH"]]),
                AIRLOCK_STORE=str(here / "store"), AIRLOCK_HOME=str(here / "checkout"),
                PIP_CONFIG_FILE=str(WORK / "pip.conf"), PIP_DISABLE_PIP_VERSION_CHECK="1",
                PIP_ROOT_USER_ACTION="ignore", PIP_RETRIES="0", PYTHONNOUSERSITE="1")


def run(page, not_run):
    """Runs the commands of a page; how many, and whether all did what they should."""
    settings = SETTINGS.get(page, {})
    script, count = [PROLOGUE, "at_end() { %s; }" % settings.get("at_end", ":"), settings.get("setup", "")], 0
    for block in blocks(ROOT / page):
        if block.reason:
            not_run.append("%s:%d: %s" % (page, block.line, block.reason))
            continue
        if block.kind == "nginx":
            script += ["echo %s" % shlex.quote("--- %s:%d: nginx" % (page, block.line)), nginx(block, settings)]
            count += 1
            continue
        for line, text in commands(block):
            for part, why in settings.get("leave_out", {}).items():
                if part in text:
                    not_run.append("%s:%d: %s: %s" % (page, line, part.strip(" &|;"), why))
                    text = text.replace(part, "")
            skipped = [why for begin, why in settings.get("skip", {}).items() if text.startswith(begin)]
            if skipped:
                not_run.append("%s:%d: %s" % (page, line, skipped[0]))
                continue
            for begin, first in settings.get("before", {}).items():
                if text.startswith(begin):
                    script += [shell(substituted(each, settings)) for each in first.splitlines()]
            script.append("echo %s" % shlex.quote("--- %s:%d: %s" % (page, line, text)))
            script.append(shell(substituted(text, settings)))
            count += 1
    if not count:
        return 0, True
    here = prepare(page)
    (here / "script").write_text("\n".join(script) + "\n")
    began = time.monotonic()
    with open(here / "log", "wb") as log:
        done = subprocess.run(["timeout", "300", "bash", str(here / "script")], cwd=here, env=environment(here),
                              stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    print("%s: %d commands, %.0f s%s" % (page, count, time.monotonic() - began,
                                         "" if done.returncode == 0 else ", FAILED"), flush=True)
    if done.returncode:
        print("\n".join((here / "log").read_text(errors="replace").splitlines()[-40:]), flush=True)
    return count, done.returncode == 0


# ------------------------------------------------------------------------------------------- what else is held true

def routes():
    """Mistakes in the list of routes in docs/http.md: it has to be the server's."""
    source = (ROOT / "mirror-server/src/main/java/dev/airlock/server/routes/Routes.java").read_text()
    served = {re.sub(r"\{(\w+)\}", lambda name: name.group(1).upper(), path).replace("**", "…")
              for path in re.findall(r'Route\.of\(\s*"([^"]+)"', source)}
    table = (ROOT / "docs/http.md").read_text().partition("## Addresses")[2].partition("\n## ")[0]
    told = set(re.findall(r"^\| `([^`]+)` \|", table, re.M))
    return (["docs/http.md lacks the route %s" % path for path in sorted(served - told)]
            + ["docs/http.md has %s, which is no route" % path for path in sorted(told - served)])


def sources(folder, *patterns):
    """The text of sources, with literals that are put together there in one piece."""
    text = "\n".join(path.read_text(errors="replace") for pattern in patterns for path in sorted(folder.glob(pattern)))
    return re.sub(r'"\s*\+?\s*f?"', "", text)


def messages():
    """Messages in the headings of docs/troubleshooting.md that nobody says."""
    ours = sources(ROOT, "*/src/main/**/*.java", "docker/*.py", "docker/*.sh", "airlock")
    pips = sources(WORK / "venv", "lib/python*/site-packages/pip/**/*.py", "first-pip/**/*.py")
    wrong, speaker = [], None
    for line in (ROOT / "docs/troubleshooting.md").read_text().splitlines():
        if line.startswith("## "):
            speaker = {"## What pip says": pips, "## What Airlock and its builds say": ours}.get(line)
        elif line.startswith("### `") and speaker is not None:
            for piece in line[len("### "):].strip("` ").split("…"):
                if piece.strip() and piece.strip() not in speaker:
                    wrong.append("docs/troubleshooting.md: nobody says '%s'" % piece.strip())
    return wrong


def translations():
    wrong = []
    for page, other in SAME_COMMANDS.items():
        shown = [[block.lines for block in blocks(ROOT / each)] for each in (page, other)]
        levels = [re.findall(r"^#+ ", re.sub(r"(?ms)^```.*?^```$", "", (ROOT / each).read_text()), re.M) for each in (page, other)]
        fences = [re.findall(r"(?ms)^```.*?^```$", (ROOT / each).read_text()) for each in (page, other)]
        if shown[0] != shown[1] or levels[0] != levels[1] or fences[0] != fences[1]:
            wrong.append("%s and %s differ in their headings, commands or examples" % (page, other))
    return wrong


def links():
    """Links to pages or headings that are not there."""
    wrong = []
    for path in pages():
        for target in re.findall(r"\]\(([^)#:]+\.md)(?:#[^)]*)?\)", (ROOT / path).read_text()):
            if not ((ROOT / path).parent / target).exists():
                wrong.append("%s links to %s, which is not there" % (path, target))
    return wrong


def pages():
    return ["README.md", "CONTRIBUTING.md"] + sorted("docs/" + path.name for path in (ROOT / "docs").glob("*.md"))


def main(named):
    wrong = routes() + messages() + translations() + links()
    not_run, total = [], 0
    for page in named or pages():
        if page in SAME_COMMANDS:
            continue
        count, well = run(page, not_run)
        total += count
        if not well:
            wrong.append(page + ": a command failed")
    print("%d commands of the documents were run; not run:" % total)
    print("\n".join("  " + line for line in not_run) or "  none")
    if wrong:
        sys.exit("\n".join(wrong))


main(sys.argv[3:])
