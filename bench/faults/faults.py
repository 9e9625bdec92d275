"""What the fault suite shares: presets of made-up wheels behind an upstream on loopback, Airlock's programs as processes,
clients, mounts, and a check of a store that shares no code with Airlock.

Needs Linux and Python 3.9 or newer.
"""
import collections
import contextlib
import hashlib
import http.client
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "serve"))
import serving  # noqa: E402

HEX = re.compile(r"[0-9a-f]{64}")
SEAL = re.compile(rb'\{"seal":"([0-9a-f]{64})(?=")')
# What is written without waiting for the disk, for it can be had again: docs/format.md.
SOON = re.compile(r"indexes/[^/]+/(pages|metadata)/|ledger/|quarantine/")
FORMAT = 3


def skip(part, reason):
    """Ends the program, loudly and without an error: this machine cannot do it."""
    print("SKIPPED: %s: %s" % (part, reason), file=sys.stderr)
    raise SystemExit(0)


def need_root(part):
    """Skips where this is not root."""
    if os.geteuid() != 0:
        skip(part, "it mounts file systems, which only root may")


def need(part, *programs):
    """Skips where a program is missing."""
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        skip(part, "not installed: " + ", ".join(missing))


def table(title, rows):
    """Prints figures as docs/reliability.md has them."""
    print("\n| %s | |\n| --- | --- |" % title)
    for name, figure in rows:
        print("| %s | %s |" % (name, figure))
    sys.stdout.flush()


def middle(values):
    """The median."""
    return sorted(values)[len(values) // 2]


# ---------------------------------------------------------------------------------------------- what there is to mirror


class World:
    """Wheels, an upstream that has them, and presets of them, below a directory.

    Projects are called w000, w001, …; every fourth requires the next one. The sizes go from 2 KB to `largest`, the small
    ones being the many.
    """

    def __init__(self, work, projects, largest, seed=1):
        self.work = work
        self.wheels = []
        folder = os.path.join(work, "wheels")
        os.makedirs(folder)
        chance = random.Random(seed)
        for number in range(projects):
            size = int(2048 * (largest / 2048) ** chance.random())
            requires = ["w%03d" % (number + 1)] if number % 4 == 0 and number + 1 < projects else []
            self.wheels.append(serving.Wheel(folder, "w%03d" % number, size, requires))
        self.named = {wheel.filename: wheel for wheel in self.wheels}
        self.upstream = serving.Upstream(self.wheels)
        self._listed = {}

    def pace(self, rate):
        """Has the upstream send every file with so many bytes a second; 0 for as fast as it goes."""
        self.upstream.pace.update({wheel.filename: rate for wheel in self.wheels})

    def preset(self, name, wheels):
        """Writes a preset, in place of the one of that name. It needs what its wheels require, too."""
        folder = os.path.join(self.work, "presets", name)
        os.makedirs(folder, exist_ok=True)
        preset = {"schema": 1, "name": name, "bootstrap": [], "requirements": "requirements.txt",
                  "targets": [{"python": "3.11", "platform": "manylinux_2_28_x86_64"}],
                  "indexes": {"pypi": {"url": "https://index.invalid/simple/", "default": True}}}
        for file, text in (("preset.json", json.dumps(preset)),
                           ("requirements.txt", "".join(wheel.project + "\n" for wheel in wheels))):
            with open(os.path.join(folder, file), "w", encoding="ascii") as out:
                out.write(text)
        self._listed[name] = list(wheels)

    def files_of(self, name):
        """All wheels of a preset."""
        closure = {wheel.filename: wheel for wheel in self._listed[name]}
        for wheel in self._listed[name]:
            number = self.wheels.index(wheel)
            if number % 4 == 0 and number + 1 < len(self.wheels):
                after = self.wheels[number + 1]
                closure[after.filename] = after
        return list(closure.values())

    def start(self, store, *arguments, before=(), **how):
        """Starts the tool."""
        return subprocess.Popen([*before, serving.AIRLOCK, *arguments, "--store", store], env=self.environment(), text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **how)

    def run(self, store, *arguments, before=(), wait=600):
        """Runs the tool to its end: (exit code, all it said)."""
        process = self.start(store, *arguments, before=before, stderr=subprocess.STDOUT)
        said, _ = process.communicate(timeout=wait)
        return process.returncode, said

    def sync_arguments(self, preset):
        """Those of a sync that asks the upstream."""
        return ["sync", preset, *self.asking()]

    def asking(self):
        """The options that name the upstream."""
        return ["--no-pip-config", "--index", "pypi=" + self.upstream.address]

    def sync(self, store, preset, **how):
        """Runs a sync to its end: (exit code, all it said)."""
        return self.run(store, *self.sync_arguments(preset), **how)

    def mirror(self, store, options=(), before=()):
        """A server in hybrid mode, for `with`."""
        return serving.Mirror(self.work, self.upstream, store, options, before)

    def environment(self):
        """The environment of the tool."""
        return {**serving.environment(self.work), "AIRLOCK_NO_BUILD": "1"}


@contextlib.contextmanager
def world(projects=48, largest=4 << 20, seed=1):
    """A World in a directory that goes away, with its upstream up."""
    serving.build_airlock()
    with tempfile.TemporaryDirectory(prefix="airlock-faults-") as work:
        made = World(work, projects, largest, seed)
        with made.upstream:
            yield made


# ---------------------------------------------------------------------------------------------- what was promised


class Acknowledged:
    """What was promised to be in the store, and since when. Safe for several threads.

    A file is promised, entry and blob, when a sync that needs it ends with 0, and when a client has got a complete 200 of it. Its
    blob alone is promised when a sync says "finished": the entry is written next.
    """

    def __init__(self):
        self._files, self._blobs = {}, {}
        self._lock = threading.Lock()

    def add(self, wheel):
        """This file is promised, since now if not before."""
        with self._lock:
            self._files.setdefault(wheel.filename, time.monotonic())

    def add_blob(self, wheel):
        """The bytes of this file are promised."""
        with self._lock:
            self._blobs.setdefault(wheel.filename, time.monotonic())

    def before(self, moment=float("inf")):
        """The names of the files that were promised before a moment."""
        with self._lock:
            return {name for name, since in self._files.items() if since < moment}

    def blobs_before(self, moment=float("inf")):
        """The names of those whose bytes were promised before a moment."""
        with self._lock:
            return {name for name, since in self._blobs.items() if since < moment} | {
                name for name, since in self._files.items() if since < moment}


class Sync:
    """A sync as a process. What it says that it has finished is acknowledged."""

    def __init__(self, made, store, preset, acknowledged, said):
        self._made, self._preset, self._acknowledged, self._said = made, preset, acknowledged, said
        with open(said, "wb") as errors:
            self.process = made.start(store, *made.sync_arguments(preset), "--json", stderr=errors)
        self._told = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            with contextlib.suppress(ValueError):  # the last line of one that was killed
                event = json.loads(line)
                if event["event"] == "finished":
                    self._acknowledged.add_blob(self._made.named[event["file"]])
                elif event["event"] in ("failed", "error", "result"):
                    self._told.append(line)

    def end(self, wait=300):
        """Waits for its end: the exit code. 0 acknowledges all files of the preset."""
        code = self.process.wait(wait)
        self._reader.join()
        if code == 0:
            for wheel in self._made.files_of(self._preset):
                self._acknowledged.add(wheel)
        return code

    def narration(self):
        """What it said."""
        with open(self._said, encoding="utf-8", errors="replace") as said:
            return "".join(self._told) + said.read()


# ---------------------------------------------------------------------------------------------- clients


class Clients:
    """Threads that fetch pages and files from a server, one after the other, while the context lasts.

    A client asks for a project's page and then for the file that it names. It has a right to a 200 with the right bytes. A 503 with
    Retry-After is asked again for as long as its patience lasts; all else is a failure, with its time. patience: seconds.
    """

    def __init__(self, made, mirror, acknowledged, count=6, patience=120, seed=1):
        self._made, self._mirror, self._acknowledged, self._patience = made, mirror, acknowledged, patience
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._live, args=(random.Random(seed * 1000 + number),), daemon=True)
                         for number in range(count)]
        self.failures = []
        self.answers = collections.Counter()
        self.files = 0
        self.bytes = 0
        self.longest = 0.0

    def __enter__(self):
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for each in self._threads:
            each.join(2 * self._patience)

    def failures_before(self, moment=float("inf")):
        """What went wrong before a moment, when the server was killed say."""
        return [what for when, what in self.failures if when < moment]

    def _live(self, chance):
        while not self._over.is_set():
            wheel = chance.choice(self._made.wheels)
            began = time.monotonic()
            try:
                self.fetch(wheel)
            except (OSError, http.client.HTTPException, RuntimeError, ValueError) as wrong:
                self.failures.append((time.monotonic(), "%s after %.1f s: %r" % (wheel.filename, time.monotonic() - began, wrong)))
                self._over.wait(0.1)
            self.longest = max(self.longest, time.monotonic() - began)

    def fetch(self, wheel):
        """Fetches one wheel by its page, and looks at its bytes."""
        page = "/simple/%s/?format=%s" % (wheel.project, serving.JSON_PAGE)
        files = json.loads(self._get(page))["files"]
        link = next(file["url"] for file in files if file["filename"] == wheel.filename)
        body = self._get(os.path.normpath(os.path.join("/simple/%s/" % wheel.project, link)))
        if hashlib.sha256(body).hexdigest() != wheel.sha256:
            raise RuntimeError("200 with other bytes, %d of them" % len(body))
        self._acknowledged.add(wheel)
        self.files += 1
        self.bytes += len(body)

    def _get(self, path):
        until = time.monotonic() + self._patience
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self._mirror.port, timeout=self._patience)
            with contextlib.closing(connection):
                connection.request("GET", path)
                response = connection.getresponse()
                body = response.read()
            self.answers[response.status] += 1
            if response.status == 200:
                return body
            wait = response.headers.get("Retry-After", "")
            if response.status != 503 or not wait.isdigit() or time.monotonic() + int(wait) > until:
                raise RuntimeError("%d: %s" % (response.status, body[:300].decode(errors="replace")))
            self._over.wait(int(wait))


def answer(mirror, path):
    """Status, headers and body of an answer."""
    with contextlib.closing(mirror.connect()) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.headers, response.read()


# ---------------------------------------------------------------------------------------------- looking at a store


class Findings:
    """What a look at a store found.

    wrong: sentences about what may never be. torn: documents that need not have survived a power cut, and did not. entries: SHA-256
    by the name of each file that is held, entry and blob. blobs: sizes by SHA-256. left: how many temporary files and parts there are.
    """

    def __init__(self):
        self.wrong, self.torn, self.entries, self.blobs, self.left = [], [], {}, {}, 0

    def lost(self, made, acknowledged, moment=float("inf")):
        """What was acknowledged before a moment and is not held as it should be."""
        files = acknowledged.before(moment)
        return sorted([name for name in files if self.entries.get(name) != made.named[name].sha256]
                      + ["the blob of " + name for name in acknowledged.blobs_before(moment)
                         if made.named[name].sha256 not in self.blobs])


def unsealed(content):
    """The document in these bytes, or None where its seal is not right: docs/format.md."""
    found = SEAL.match(content)
    if not found or hashlib.sha256(content[found.end():]).hexdigest().encode() != found[1]:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return None


def file_digest(path):
    """The SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for step in iter(lambda: file.read(1 << 20), b""):
            digest.update(step)
    return digest.hexdigest()


def inspect(store):
    """Looks at every byte of a store that nobody writes to."""
    found = Findings()
    documents = {}
    for folder, _, names in os.walk(store):
        inside = os.path.relpath(folder, store)
        for name in names:
            path = os.path.join(folder, name)
            shown = name if inside == "." else os.path.join(inside, name)
            top = shown.split(os.sep)[0]
            if name.startswith(".tmp-") or top == "partial":
                found.left += name != "locks"
            elif top == "trash" and not HEX.fullmatch(name):
                with open(path, "rb") as file:
                    if unsealed(file.read()) is None:
                        found.torn.append("%s: the seal is not right" % shown)
            elif top in ("blobs", "trash"):
                if not HEX.fullmatch(name) or file_digest(path) != name:
                    found.wrong.append("%s: the bytes are not what the name says" % shown)
                elif top == "blobs" and inside != os.path.join("blobs", "sha256", name[:2]):
                    found.wrong.append("%s is in the wrong folder" % shown)
                else:
                    found.blobs[name] = os.path.getsize(path)
            elif name.endswith(".json"):
                with open(path, "rb") as file:
                    document = unsealed(file.read())
                if document is None:
                    (found.torn if SOON.match(shown) else found.wrong).append("%s: the seal is not right" % shown)
                else:
                    documents[shown] = document
    _follow(documents, found)
    return found


def _follow(documents, found):
    """Looks whether what documents name is there."""
    for marker in ("airlock-store.json", "airlock-store.copy.json"):
        if documents.get(marker, {}).get("format") != FORMAT:
            found.wrong.append("%s does not say that the format is %d" % (marker, FORMAT))
    for shown, document in documents.items():
        parts = shown.split(os.sep)
        named = []
        if parts[0] == "indexes" and parts[2] == "files":
            named = [document["sha256"]] + [document[key] for key in ("metadata-sha256",) if key in document]
            if found.blobs.get(document["sha256"], document["size"]) != document["size"]:
                found.wrong.append("%s states another size than its blob has" % shown)
            found.entries[document["filename"]] = document["sha256"]
        elif parts[0] == "indexes" and parts[2] == "metadata":
            named = [document["metadata-sha256"]]
        elif parts[0] == "presets":
            named = re.findall(r'sha256 = "([0-9a-f]{64})"', document["lock"])
            if not named:
                found.wrong.append("%s: no digest is found in its lock" % shown)
        for digest in named:
            if digest not in found.blobs:
                found.wrong.append("%s names the blob %s, which is not there" % (shown, digest))
                found.entries.pop(document.get("filename"), None)


def wrong_by_verify(made, store):
    """What `airlock verify` has to say against a store; nothing where it is sound."""
    code, said = made.run(store, "verify")
    return "" if code == 0 else "it ended with %d: %s" % (code, said[-2000:])


# ---------------------------------------------------------------------------------------------- file systems


def quietly(*command):
    """Runs a command; what it says is told when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise RuntimeError("%s ended with %d: %s" % (" ".join(command), done.returncode, done.stdout))


@contextlib.contextmanager
def mounted(point, *command):
    """Mounts something at a directory, which is made, by a command that is given the directory last."""
    os.makedirs(point, exist_ok=True)
    quietly(*command, point)
    try:
        yield point
    finally:
        for _ in range(50):
            if subprocess.run(["umount", point], stderr=subprocess.DEVNULL, check=False).returncode == 0:
                break
            time.sleep(0.1)  # something has a file open still
        else:
            quietly("umount", "-l", point)


def sparse(path, size):
    """Makes a file of a size that takes no room yet."""
    with open(path, "wb") as file:
        file.truncate(size)
    return path


def can_loop(work):
    """Whether a file can be mounted here."""
    image = sparse(os.path.join(work, "probe.img"), 16 << 20)
    try:
        quietly("mkfs.ext4", "-q", image)
        with mounted(os.path.join(work, "probe"), "mount", "-o", "loop", image):
            return True
    except (OSError, RuntimeError):
        return False
    finally:
        os.unlink(image)
