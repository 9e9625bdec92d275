"""Reads a preset's folder within an image build that has no mirror; used by install.sh. Python 3.6 or newer, standard library only.

preset.py arguments FOLDER              prints what the preset has as build arguments, NAME=VALUE a line
preset.py requirements FOLDER           prints what else it asks for, as a requirements file
preset.py constraints FOLDER PIN…       prints the lock as constraints, where it has these versions; else the pins, and the
                                        preset's own constraints. With a Python that has pip
preset.py admits VERSION LOCKED…        succeeds if one of the locked versions is what VERSION asks for. With a Python that has pip
"""
import json
import os
import re
import sys

VALUE = re.compile(r"[A-Za-z0-9.+!_*,<>=~-]+")
REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+([<>=!~][A-Za-z0-9.+!_*<>=~,-]+)?")
NAME = re.compile(r"[A-Za-z0-9._-]*[A-Za-z0-9]")
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


def preset_of(folder):
    return json.loads(load(folder, "preset.json") or "{}")


def version_of(value):
    """A version, or a specifier: as a build argument has it."""
    return re.sub(r"^={2,3}", "", re.sub(r"\s+", "", str(value or "")))


def specifier_of(version):
    return version if version[:1] in ("<", ">", "=", "!", "~") else "==" + version


def arguments(folder):
    """What `airlock docker-args` prints of these, and specifiers besides, from the same preset.json."""
    preset = preset_of(folder)
    bootstrap = [requirement.replace(" ", "") for requirement in preset.get("bootstrap") or []]
    if "bootstrap" in preset and all(map(REQUIREMENT.fullmatch, bootstrap)):
        yield "BOOTSTRAP=" + ",".join(bootstrap)
    for argument, section, key in STEPS:
        version = version_of((preset.get(section) or {}).get(key))
        if VALUE.fullmatch(version):
            yield "%s=%s" % (argument, version)
    for index in (preset.get("indexes") or {}).values():
        if "torch" in map(normalized, index.get("projects") or []):
            yield "TORCH_INDEX_URL=%s" % index["url"]


def requirements(folder):
    """What no other step installs."""
    preset = preset_of(folder)
    steps = [key for _, section, key in STEPS if section == "packages"]
    for name, version in (preset.get("packages") or {}).items():
        if normalized(name) not in steps:
            yield name + specifier_of(version_of(version))
    for line in (load(folder, preset.get("requirements") or "requirements.txt") or "").splitlines():
        yield line


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


def admits(version, locked):
    """Whether a locked version is what a version or a specifier asks for: 2.1 and 2.1.0 are the same, and 2.1.0+cu118 is 2.1.0."""
    from pip._vendor.packaging.specifiers import InvalidSpecifier, SpecifierSet
    try:
        return SpecifierSet(specifier_of(version)).contains(locked, prereleases=True)
    except InvalidSpecifier:
        return version == locked


def locked(folder, pins):
    """The lock as lines, or none, and why."""
    text, reader = load(folder, "pylock.toml"), toml()
    if text is None:
        return [], "there is none in the build context"
    if reader is None:
        return [], "this Python has nothing to read it with"
    packages = [p for p in reader.loads(text).get("packages", []) if "dependency_groups" not in p.get("marker", "")]
    for pin in pins:
        name = NAME.match(pin).group()
        asked = version_of(pin[len(name):])
        versions = [p["version"] for p in packages if p["name"] == normalized(name)]
        if not any(admits(asked, version) for version in versions):
            return [], "it has %s, and %s is asked for" % (" and ".join("%s %s" % (name, v) for v in versions) or "no " + name, asked)
    lines = ["%s==%s%s" % (p["name"], p["version"], " ; " + p["marker"] if "marker" in p else "") for p in packages]
    return lines, None if lines else "it is empty"


def constraints(folder, pins):
    """The first line says whether they are the lock."""
    lines, reason = locked(folder, pins)
    if lines:
        sys.stderr.write("airlock: the preset's pylock.toml constrains every step: %d pins\n" % len(lines))
        return ["# pylock.toml"] + lines
    sys.stderr.write("airlock: the preset's pylock.toml constrains nothing: %s\n" % reason)
    return list(pins) + list(preset_of(folder).get("constraints") or [])


def main(verb, *rest):
    if verb == "admits":
        sys.exit(0 if any(admits(version_of(rest[0]), version) for version in rest[1:]) else 1)
    lines = constraints(rest[0], rest[1:]) if verb == "constraints" else {"arguments": arguments, "requirements": requirements}[verb](rest[0])
    print("".join(line + "\n" for line in lines), end="")


main(*sys.argv[1:])
