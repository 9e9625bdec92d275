"""Searches an image for traces of how it was built: search-image.py [--base FILE] OCI-FOLDER URL…

OCI-FOLDER is what `buildah push IMAGE oci:OCI-FOLDER` writes. Looks at every layer (so also at files that a later
layer deletes), at the configuration and at the history, for the URLs' hosts and ports and their credentials (of the mirror,
a proxy, an index), pip's index variables, wheels, pip's caches and settings. Layers that were there before are
passed over: --base has the digests of their content, one a line. Prints each trace; exits 1 if there is one. Python 3.8 or newer, standard library only.
"""
import json
import os
import re
import sys
import tarfile
import urllib.parse

before = set()
if sys.argv[1] == "--base":
    with open(sys.argv[2], encoding="utf-8") as f:
        before.update(f.read().split())
    del sys.argv[1:3]
folder, urls = sys.argv[1], sys.argv[2:]
# (text, what it is)
FORBIDDEN = []
for url in urls:
    parts = urllib.parse.urlsplit(url)
    netloc = parts.netloc.rpartition("@")[2]
    if not netloc:
        sys.exit("not a URL: " + url)
    FORBIDDEN.append((netloc, "the address of the mirror, a proxy or an index"))
    if parts.password:
        FORBIDDEN.append((parts.password, "a password"))
if not FORBIDDEN:
    sys.exit("no URL to look for")

# In the configuration and the history: none of these.
IN_CONFIG = [(re.escape(text), what) for text, what in FORBIDDEN] + [
    (r"(?<![A-Z_])(PIP|UV)_[A-Z]", "a variable of pip or uv"),
    (r"(?i)(http|https|ftp|all|no)_proxy", "a proxy variable"),
    (r"MIRROR_URL|/simple/|--index-url", "a build argument or index"),
]
# In the content of files. A package may speak of the variable; only what is set to something is a trace.
IN_FILES = [(re.escape(text.encode()), what) for text, what in FORBIDDEN] + [
    (rb"(?m)^[ \t]*(export |ENV )?PIP_(EXTRA_)?INDEX_URL=[^\s$\"'<]", "PIP_INDEX_URL is set"),
]
# Names of files. The wheels that ensurepip and virtualenv bring along are theirs.
BUNDLED = re.compile(r"(^|/)(ensurepip/_bundled|python-wheels|virtualenv/seed/wheels/embed)/[^/]+\.whl$")
IN_NAMES = [
    (re.compile(r"\.whl$"), "a wheel"),
    (re.compile(r"(^|/)\.cache/(pip|uv)(/|$)"), "a cache of pip or uv"),
    (re.compile(r"^(tmp|var/tmp|root|opt)/(.*/)?pip-[^/]*(/|$)(?<!dist-info)(?<!dist-info/)"), "a temporary folder of pip"),
    (re.compile(r"(^|/)(pip\.conf|\.netrc|uv\.toml|direct_url\.json|constraints\.txt)$"), "settings of an installer"),
    (re.compile(r"^opt/airlock(/|$)"), "the builder's folder"),
]

patterns = [(re.compile(pattern), what) for pattern, what in IN_FILES]
traces = []


def blob(digest):
    return os.path.join(folder, "blobs", *digest.split(":", 1))


def load(digest):
    with open(blob(digest), encoding="utf-8") as f:
        return json.load(f)


def search_config(name, value, path=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            search_config(name, key, path)
            search_config(name, inner, "%s/%s" % (path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            search_config(name, inner, "%s/%d" % (path, number))
    elif isinstance(value, str):
        for pattern, what in IN_CONFIG:
            if re.search(pattern, value):
                traces.append("%s: %s at %s: %s" % (name, what, path, value))


def search_layer(number, path):
    files = size = 0
    with tarfile.open(path) as tar:
        for member in tar:
            name = re.sub(r"^(\./)+|^/+", "", member.name)
            files += 1
            for pattern, what in IN_NAMES:
                if pattern.search(name) and not BUNDLED.search(name):
                    # as data of a package it is not ours
                    if name.endswith("constraints.txt") and "/site-packages/" in name:
                        continue
                    traces.append("layer %d: %s: /%s" % (number, what, name))
            for text, what in FORBIDDEN:
                if text in (member.linkname or ""):
                    traces.append("layer %d: %s in the link /%s" % (number, what, name))
            if member.isfile():
                content = tar.extractfile(member).read()
                size += len(content)
                for pattern, what in patterns:
                    found = pattern.search(content)
                    if found:
                        near = content[max(0, found.start() - 30) : found.end() + 30]
                        traces.append("layer %d: %s in /%s: %r" % (number, what, name, near))
    return files, size


with open(os.path.join(folder, "index.json"), encoding="utf-8") as f:
    index = json.load(f)
layers = 0
for image in index["manifests"]:
    manifest = load(image["digest"])
    config = load(manifest["config"]["digest"])
    search_config("manifest", {**manifest, "layers": [], "annotations": manifest.get("annotations") or {}})
    search_config("configuration", {key: value for key, value in config.items() if key != "history"})
    search_config("history", config.get("history") or [])
    for layer, content in zip(manifest["layers"], config["rootfs"]["diff_ids"]):
        if content in before:
            print("layer %d: was there before" % layers)
            layers += 1
            continue
        files, size = search_layer(layers, blob(layer["digest"]))
        print("layer %d: %d entries, %.1f MB" % (layers, files, size / 1e6))
        layers += 1
if not layers:
    sys.exit("no layer found in " + folder)
for trace in traces:
    print("TRACE " + trace)
print("%d layers searched, %d traces" % (layers, len(traces)))
sys.exit(1 if traces else 0)
