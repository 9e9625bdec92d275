"""The local index of this machine as an index over HTTP on loopback, with metadata beside each wheel (PEP 658).

Pages are written in HTML and in JSON (PEP 503, 691) with digests and sizes, as pypi.org has them; wheels are symlinks to
the local ones. nginx serves the tree where it is installed, else Python's own server.
"""
import contextlib
import functools
import hashlib
import html
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
import zipfile

JSON_PAGE = "application/vnd.pypi.simple.v1+json"
HTML_PAGE = "application/vnd.pypi.simple.v1+html"
LINK = re.compile(r'<a\s+href="([^"#]+)(?:#sha256=([0-9a-f]{64}))?"')


def normalized(name):
    """A project's name by PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def local_wheels(sources):
    """The wheels of package folders: file name -> (path, SHA-256 or None). The first source of a name wins.

    sources: lines "index FOLDER" (simple pages with relative links) or "wheels FOLDER".
    """
    wheels = {}
    for source in sources:
        kind, _, folder = source.partition(" ")
        if kind == "wheels":
            for name in sorted(os.listdir(folder)):
                wheels.setdefault(name, (os.path.join(folder, name), None))
            continue
        for project in sorted(os.listdir(folder)):
            page = os.path.join(folder, project, "index.html")
            if os.path.isfile(page):
                with open(page, encoding="utf-8") as text:
                    for link, digest in LINK.findall(text.read()):
                        path = os.path.join(folder, project, urllib.parse.unquote(html.unescape(link)))
                        wheels.setdefault(os.path.basename(path), (os.path.realpath(path), digest or None))
    return {name: found for name, found in wheels.items() if name.endswith(".whl")}


def metadata_of(path):
    """The METADATA of a wheel: the one of its outermost .dist-info folder."""
    with zipfile.ZipFile(path) as wheel:
        member = next(name for name in wheel.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        return wheel.read(member)


def digest_of(path):
    """The SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_tree(sources, root):
    """Writes the tree below root: simple/PROJECT/index.{html,json} and files/. Returns the count of wheels."""
    files = os.path.join(root, "files")
    os.makedirs(files)
    projects = {}
    for name, (path, digest) in local_wheels(sources).items():
        metadata = metadata_of(path)
        os.symlink(path, os.path.join(files, name))
        with open(os.path.join(files, name + ".metadata"), "wb") as file:
            file.write(metadata)
        python = re.search(rb"^Requires-Python:\s*(.+?)\s*$", metadata.partition(b"\n\n")[0], re.M | re.I)
        core = {"sha256": hashlib.sha256(metadata).hexdigest()}
        entry = {"filename": name, "url": "../../files/" + urllib.parse.quote(name, safe=""),
                 "hashes": {"sha256": digest or digest_of(path)}, "size": os.stat(path).st_size, "yanked": False,
                 "core-metadata": core, "data-dist-info-metadata": core}
        if python:
            entry["requires-python"] = python[1].decode()
        projects.setdefault(normalized(name.split("-")[0]), []).append(entry)
    for project, entries in projects.items():
        folder = os.path.join(root, "simple", project)
        os.makedirs(folder)
        versions = sorted({entry["filename"].split("-")[1] for entry in entries})
        page = {"meta": {"api-version": "1.1"}, "name": project, "versions": versions, "files": entries}
        with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as file:
            json.dump(page, file)
        with open(os.path.join(folder, "index.html"), "w", encoding="utf-8") as file:
            file.write("<!DOCTYPE html><html><body>\n" + "\n".join(map(anchor, entries)) + "\n</body></html>\n")
    return sum(map(len, projects.values()))


def anchor(entry):
    """A file as a link of an HTML page."""
    core = "sha256=" + entry["core-metadata"]["sha256"]
    attributes = {"href": "%s#sha256=%s" % (entry["url"], entry["hashes"]["sha256"]),
                  "data-dist-info-metadata": core, "data-core-metadata": core}
    if "requires-python" in entry:
        attributes["data-requires-python"] = entry["requires-python"]
    stated = " ".join('%s="%s"' % (key, html.escape(value)) for key, value in attributes.items())
    return "<a %s>%s</a><br>" % (stated, html.escape(entry["filename"]))


NGINX = """
daemon off; {user} worker_processes 1; pid {work}/nginx.pid; error_log {work}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
  access_log {log}; sendfile on; tcp_nopush on; keepalive_requests 100000;
  open_file_cache max=4000 inactive=600s; open_file_cache_valid 600s;
  client_body_temp_path {work}/nginx-1; proxy_temp_path {work}/nginx-2; fastcgi_temp_path {work}/nginx-3;
  uwsgi_temp_path {work}/nginx-4; scgi_temp_path {work}/nginx-5;
  types {{ {html} html; {json} json; }} default_type application/octet-stream;
  map $http_accept $page {{ default index.html; "~application/vnd\\.pypi\\.simple\\.v1\\+json" index.json; }}
  server {{
    listen 127.0.0.1:{port}; root {root};
    location ~ ^/simple/[^/]+/$ {{ index $page; add_header Vary Accept; }}
  }}
}}
"""


@contextlib.contextmanager
def served(root, work, log="off"):
    """Serves a tree on loopback while the context lasts; gives its simple address and what serves it."""
    with nginx(root, work, log) if shutil.which("nginx") else own_server(root) as (port, server):
        wait_for(port)
        yield "http://127.0.0.1:%d/simple/" % port, server


@contextlib.contextmanager
def nginx(root, work, log):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    configuration = os.path.join(work, "nginx.conf")
    with open(configuration, "w", encoding="utf-8") as file:
        file.write(NGINX.format(work=work, root=root, port=port, html=HTML_PAGE, json=JSON_PAGE, log=log,
                                user="user root;" if os.getuid() == 0 else ""))
    command = ["nginx", "-c", configuration, "-e", os.path.join(work, "nginx-error.log")]
    with subprocess.Popen(command) as process:
        try:
            yield port, "nginx"
        finally:
            process.terminate()


class Pages(http.server.SimpleHTTPRequestHandler):
    """Answers folders with their page, in JSON for those who accept that."""

    protocol_version = "HTTP/1.1"
    extensions_map = {".json": JSON_PAGE, ".html": HTML_PAGE, "": "application/octet-stream"}

    def translate_path(self, path):
        found = super().translate_path(path)
        if os.path.isdir(found):
            found = os.path.join(found, "index.json" if JSON_PAGE in self.headers.get("Accept", "") else "index.html")
        return found

    def log_message(self, *_):
        """Says nothing."""


@contextlib.contextmanager
def own_server(root):
    handler = functools.partial(Pages, directory=root)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1], "Python"
        finally:
            server.shutdown()


def wait_for(port):
    """Waits until something listens."""
    until = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
