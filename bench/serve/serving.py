"""What the benchmarks of the server share: big wheels, an upstream on loopback that has them, and the server as a process.

Needs Linux, for /proc.
"""
import base64
import collections
import contextlib
import hashlib
import http.client
import http.server
import json
import os
import random
import re
import socket
import subprocess
import sys
import threading
import time
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
AIRLOCK = os.environ.get("AIRLOCK", os.path.join(ROOT, "airlock"))  # the variable names another launcher
# The launcher's usual options, written out, since the heap is what is measured here.
JVM = "-XX:+UseParallelGC -Xmx256m -XX:-UsePerfData"
JSON_PAGE = "application/vnd.pypi.simple.v1+json"
MEBIBYTE = 1 << 20
STEP = 1 << 18


def size_of(text):
    """A count of bytes from 64M or 1G, as the option --size takes it."""
    found = re.fullmatch(r"([1-9][0-9]*)([MG])", text)
    if not found:
        raise ValueError("%r is no size: give mebibytes or gibibytes, as in 64M or 1G" % text)
    return int(found[1]) << {"M": 20, "G": 30}[found[2]]


class Wheel:
    """A wheel that is made up: nearly all of it is noise, the same for the same project.

    requires: the names of projects that it depends on.
    """

    def __init__(self, folder, project, size, requires=()):
        self.project = project
        self.filename = project + "-1.0-py3-none-any.whl"
        self.path = os.path.join(folder, self.filename)
        self.metadata = ("Metadata-Version: 2.1\nName: %s\nVersion: 1.0\nRequires-Python: >=3.6\n%s"
                         % (project, "".join("Requires-Dist: %s\n" % each for each in requires))).encode()
        self._write(size)
        self.size = os.stat(self.path).st_size
        digest = hashlib.sha256()
        with open(self.path, "rb") as file:
            for step in iter(lambda: file.read(MEBIBYTE), b""):
                digest.update(step)
        self.sha256 = digest.hexdigest()

    def _write(self, size):
        info = self.project + "-1.0.dist-info/"
        noise, digest = random.Random(self.project), hashlib.sha256()
        with zipfile.ZipFile(self.path, "w") as wheel:
            with wheel.open(self.project + "/data.bin", "w", force_zip64=True) as data:
                for done in range(0, size, MEBIBYTE):
                    step = noise.randbytes(min(MEBIBYTE, size - done))
                    digest.update(step)
                    data.write(step)
            hashed = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
            wheel.writestr(info + "METADATA", self.metadata)
            wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(info + "RECORD", "%s/data.bin,sha256=%s,%d\n%sMETADATA,,\n%sWHEEL,,\n%sRECORD,,\n"
                           % (self.project, hashed, size, info, info, info))

    def page(self):
        """Its project's page as pypi.org has it (PEP 691, 714)."""
        core = {"sha256": hashlib.sha256(self.metadata).hexdigest()}
        file = {"filename": self.filename, "url": "/files/" + self.filename, "hashes": {"sha256": self.sha256},
                "size": self.size, "requires-python": ">=3.6", "core-metadata": core}
        return {"meta": {"api-version": "1.1"}, "name": self.project, "versions": ["1.0"], "files": [file]}


def environment(work):
    """The environment of Airlock's programs: nothing of this user's settings."""
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "JAVA_HOME", "AIRLOCK_JAVA_HOME")}
    return {**kept, "AIRLOCK_HOME": work, "XDG_CONFIG_HOME": work}


class Upstream:
    """An index on loopback that has some wheels, and writes down each request.

    pace holds how many bytes a second a file is sent with, by file name; what is not in it is sent as fast as it goes.
    """

    def __init__(self, wheels):
        self.wheels = {wheel.filename: wheel for wheel in wheels}
        self.pages = {"/simple/%s/" % wheel.project: json.dumps(wheel.page()).encode() for wheel in wheels}
        self.log = []
        self.pace = {}
        upstream = self

        class Answers(_Answers):
            """The handler of this upstream."""

            index = upstream

        self._server = _Server(("127.0.0.1", 0), Answers)
        self.address = "http://127.0.0.1:%d/simple/" % self._server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def requests_for(self, wheel):
        """What was asked of a wheel: (method, range), ranges and all."""
        return [(method, bounds) for method, path, bounds in self.log if path == "/files/" + wheel.filename]


class _Server(http.server.ThreadingHTTPServer):
    """A thread for each connection. That a client leaves is nothing to tell of."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """Tells of all else."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Answers(http.server.BaseHTTPRequestHandler):
    """Answers as an index does, with ranges."""

    protocol_version = "HTTP/1.1"
    index = None

    def do_HEAD(self):
        """The head alone."""
        self._answer(False)

    def do_GET(self):
        """A page, a wheel, or its metadata."""
        self._answer(True)

    def _answer(self, body):
        bounds = self.headers.get("Range")
        self.index.log.append((self.command, self.path, bounds))
        name = os.path.basename(self.path)
        if self.path in self.index.pages:
            self._small(JSON_PAGE, self.index.pages[self.path], body)
        elif name in self.index.wheels:
            self._wheel(self.index.wheels[name], bounds, body)
        elif name.endswith(".metadata") and name[:-len(".metadata")] in self.index.wheels:
            self._small("application/octet-stream", self.index.wheels[name[:-len(".metadata")]].metadata, body)
        else:
            self.send_error(404)

    def _small(self, kind, content, body):
        self._head(200, kind, len(content))
        if body:
            self.wfile.write(content)

    def _wheel(self, wheel, bounds, body):
        first, last = 0, wheel.size - 1
        found = re.fullmatch(r"bytes=(\d*)-(\d*)", bounds or "")
        if found and found[1]:
            first, last = int(found[1]), min(int(found[2] or last), last)
        elif found and found[2]:
            first = max(0, wheel.size - int(found[2]))
        if first > last:
            self._head(416, "text/plain", 0, {"Content-Range": "bytes */%d" % wheel.size})
            return
        stated = {"Accept-Ranges": "bytes", "ETag": '"%s"' % wheel.sha256[:16]}
        if found:
            stated["Content-Range"] = "bytes %d-%d/%d" % (first, last, wheel.size)
        self._head(206 if found else 200, "application/octet-stream", last - first + 1, stated)
        if body:
            self._send(wheel, first, last + 1)

    def _send(self, wheel, position, end):
        """In small steps where there is a pace, which may be changed meanwhile."""
        with open(wheel.path, "rb") as file:
            while position < end:
                pace = self.index.pace.get(wheel.filename)
                most = max(1, pace // 50) if pace else STEP
                position += os.sendfile(self.connection.fileno(), file.fileno(), position, min(most, end - position))
                if pace:
                    time.sleep(most / pace)

    def _head(self, status, kind, length, others=None):
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(length), **(others or {})}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        """Says nothing: the log is kept."""


class Mirror:
    """A server in hybrid mode, as a process, while the context lasts; once.

    store: where the store is, which may be there already. options: further ones of `serve`, which win where one is given
    twice. before: a command that starts it, such as prlimit with its options.
    """

    def __init__(self, work, upstream, store=None, options=(), before=()):
        self.store = store or os.path.join(work, "store")
        self._log = os.path.join(work, "access.log")
        self._told = os.path.join(work, "server.log")
        self._peak = 0
        self._over = threading.Event()
        presets = os.path.join(work, "presets")
        os.makedirs(presets, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._command = [*before, AIRLOCK, "serve", "--mode", "hybrid", "--store", self.store, "--presets", presets,
                         "--no-pip-config", "--index", "pypi=" + upstream.address, "--listen", "127.0.0.1:%d" % self.port,
                         *options]
        self._environment = {**environment(work), "AIRLOCK_JAVA_OPTS": JVM}
        self.process = None
        self.took = None

    def __enter__(self):
        with open(self._log, "wb") as log, open(self._told, "wb") as told:
            self.process = subprocess.Popen(self._command, env=self._environment, stdout=log, stderr=told)
        began = time.monotonic()
        until = began + 60
        while not self._is_up():
            if self.process.poll() is not None or time.monotonic() > until:
                self.__exit__()
                raise RuntimeError("the server did not start:\n" + self.narration())
            time.sleep(0.05)
        self.took = time.monotonic() - began
        threading.Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _is_up(self):
        try:
            return self.get("/ready")[0] == 200
        except OSError:
            return False

    def _look(self):
        """Looks at the count of threads, over and over: the system keeps no peak of it."""
        while not self._over.wait(0.02):
            with contextlib.suppress(OSError):
                self._peak = max(self._peak, self.threads())

    def connect(self):
        """A connection to it."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def get(self, path):
        """Status and body of an answer."""
        with contextlib.closing(self.connect()) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()

    def path_of(self, wheel):
        """Where the mirror's page of a project says that its wheel is."""
        page = "/simple/%s/" % wheel.project
        status, body = self.get(page + "?format=" + JSON_PAGE)
        if status != 200:
            raise RuntimeError("%s was answered with %d: %s" % (page, status, body.decode(errors="replace")))
        link = json.loads(body)["files"][0]["url"]
        return os.path.normpath(os.path.join(page, link))

    # --- what it costs

    def threads(self):
        """How many threads of the platform it has now."""
        return len(os.listdir("/proc/%d/task" % self.process.pid))

    def peak_threads(self):
        """The most there were since this was last asked."""
        peak, self._peak = self._peak, 0
        return max(peak, self.threads())

    def descriptors(self):
        """How many files and sockets it has open now."""
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def settled_descriptors(self, wanted, seconds=30):
        """How many there are, once there are no more than wanted or that did not come about in time."""
        until = time.monotonic() + seconds
        while self.descriptors() > wanted and time.monotonic() < until:
            time.sleep(0.1)
        return self.descriptors()

    def resident(self, peak=True):
        """Mebibytes of memory that it has, or had at most."""
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as status:
            return int(re.search(r"%s:\s+(\d+) kB" % ("VmHWM" if peak else "VmRSS"), status.read())[1]) >> 10

    def processor(self):
        """Seconds of processor time that it took."""
        with open("/proc/%d/stat" % self.process.pid, encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    # --- what it did

    def holds(self, wheel):
        """Whether the store has a wheel, whole."""
        blob = os.path.join(self.store, "blobs", "sha256", wheel.sha256[:2], wheel.sha256)
        return os.path.isfile(blob) and os.stat(blob).st_size == wheel.size

    def sources(self, wheel):
        """Where the answers with a wheel came from, by its access log: source -> count."""
        with open(self._log, encoding="utf-8") as log:
            lines = [json.loads(line) for line in log if line.endswith("\n")]
        return dict(collections.Counter(line.get("source", "?") for line in lines if line["path"].endswith("/" + wheel.filename)))

    def narration(self):
        """What it wrote on standard error."""
        with open(self._told, encoding="utf-8", errors="replace") as told:
            return told.read()


class Facts:
    """Collects what does not hold."""

    def __init__(self):
        self._wrong = []

    def check(self, holds, sentence, found):
        """Says so where something that has to hold does not."""
        if not holds:
            self._wrong.append(sentence)
            print("WRONG: %s; found: %s" % (sentence, found), flush=True)

    def end(self, mirror_narration):
        """Ends the program: with 1 where something was wrong, and then with what the server told."""
        if self._wrong:
            print("the server said:\n" + mirror_narration[-4000:])
            raise SystemExit(1)
        print("all facts hold", flush=True)


def build_airlock():
    """Builds Airlock where that is needed."""
    subprocess.run([AIRLOCK, "serve", "--help"], check=True, stdout=subprocess.DEVNULL)
