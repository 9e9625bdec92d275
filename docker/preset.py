"""Reads a preset's folder within an image build that has no mirror; used by install.sh. Python 3.6 or newer, standard library only.

preset.py arguments FOLDER                       prints what the preset has as build arguments, NAME=VALUE a line
preset.py constraints FOLDER NAME==VERSION…      prints the lock as constraints, where it has just these versions
"""
import json
import os
import re
import sys

VALUE = re.compile(r"[A-Za-z0-9.+!_-]+")
REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+([<>=!~][A-Za-z0-9.+!_*<>=~,-]+)?")
STEPS = [
    ("NUMPY_VERSION", "packages", "numpy"),
    ("SCIPY_VERSION", "packages", "scipy"),
    ("TORCH_VERSION", "pytorch", "torch_version"),
    ("TORCHVISION_VERSION", "pytorch", "torchvision_version"),
    ("TORCHAUDIO_VERSION", "pytorch", "torchaudio_version"),
    ("TENSORRT_VERSION", "tensorrt", "version"),
]


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def load(folder, name):
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            return f.read()
    except FileNotFoundError:
        return None


def arguments(folder):
    """What `airlock docker-args` prints of these, from the same preset.json."""
    text = load(folder, "preset.json")
    if text is None:
        return
    preset = json.loads(text)
    bootstrap = [requirement.replace(" ", "") for requirement in preset.get("bootstrap") or []]
    if "bootstrap" in preset and all(map(REQUIREMENT.fullmatch, bootstrap)):
        yield "BOOTSTRAP=" + ",".join(bootstrap)
    for argument, section, key in STEPS:
        version = re.sub(r"^={2,3}\s*", "", str((preset.get(section) or {}).get(key) or "").strip())
        if VALUE.fullmatch(version):
            yield "%s=%s" % (argument, version)
    for index in (preset.get("indexes") or {}).values():
        if "torch" in map(normalized, index.get("projects") or []):
            yield "TORCH_INDEX_URL=%s" % index["url"]


def toml():
    """A reader of TOML: Python's own, or the one that pip brings along."""
    try:
        import tomllib
        return tomllib
    except ImportError:
        try:
            from pip._vendor import tomli
            return tomli
        except ImportError:
            return None


def constraints(folder, pins):
    """The lines, and why there are none."""
    text, reader = load(folder, "pylock.toml"), toml()
    if text is None:
        return [], "there is none in the build context"
    if reader is None:
        return [], "this Python has nothing to read it with"
    locked = [p for p in reader.loads(text).get("packages", []) if "dependency_groups" not in p.get("marker", "")]
    for pin in pins:
        name, _, version = pin.partition("==")
        versions = [p["version"] for p in locked if p["name"] == normalized(name)]
        if not any(v == version or v.partition("+")[0] == version for v in versions):
            return [], "it has %s, and %s is asked for" % (" and ".join("%s %s" % (name, v) for v in versions) or "no " + name, version)
    return ["%s==%s%s" % (p["name"], p["version"], " ; " + p["marker"] if "marker" in p else "") for p in locked], None


def main(verb, folder, *rest):
    if verb == "arguments":
        print("".join(line + "\n" for line in arguments(folder)), end="")
        return
    lines, reason = constraints(folder, rest)
    print("".join(line + "\n" for line in lines), end="")
    if lines:
        sys.stderr.write("airlock: the preset's pylock.toml constrains every step: %d pins\n" % len(lines))
    else:
        sys.stderr.write("airlock: the preset's pylock.toml constrains nothing: %s\n" % (reason or "it is empty"))


main(*sys.argv[1:])
