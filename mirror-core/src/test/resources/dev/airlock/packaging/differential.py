# Answers one JSON list a line from stdin, [kind, text...], with one JSON text a line: what `packaging` says.
import functools
import hashlib
import json
import re
import sys
import sysconfig

from packaging import _manylinux, _musllinux, tags as wheel_tags
from packaging.markers import Marker
from packaging.metadata import Metadata, parse_email
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name, canonicalize_version, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

REFUSED = "refused"


def version(text):
    return str(Version(text))


def canonical(text):
    return canonicalize_version(Version(text))


def order(left, right):
    left, right = Version(left), Version(right)
    return str((left > right) - (left < right))


def contains(specifier, candidate):
    return str(SpecifierSet(specifier).contains(Version(candidate), prereleases=True)).lower()


def choose(specifier, *candidates):
    return " ".join(map(str, SpecifierSet(specifier).filter([Version(candidate) for candidate in candidates])))


def prereleases(specifier):
    return str(bool(SpecifierSet(specifier).prereleases)).lower()


def marker(text, environment):
    return str(Marker(text).evaluate(json.loads(environment))).lower()


def lockmarker(text, environment, *groups):
    environment = json.loads(environment)
    del environment["extra"]
    environment["dependency_groups"] = set(groups)
    return str(Marker(text).evaluate(environment, context="lock_file")).lower()


def requirement(text):
    return shown(Requirement(text))


def shown(parsed):
    return "|".join([
        canonicalize_name(parsed.name),
        ",".join(sorted({canonicalize_name(extra) for extra in parsed.extras})),
        ",".join(sorted({str(clause) for clause in parsed.specifier})),
        parsed.url or "",
        "marker" if parsed.marker else "",
    ])


def wheel(text):
    name, parsed, build, tags = parse_wheel_filename(text)
    return "|".join([name, str(parsed), "".join(map(str, build)), ",".join(sorted(map(str, tags)))])


def sdist(text):
    name, parsed = parse_sdist_filename(text)
    return "|".join([name, str(parsed)])


def name(text):
    return canonicalize_name(text, validate=True)


def metadata(text):
    raw, _ = parse_email(text.encode())
    if not re.fullmatch(r"[12]\.[0-9]", raw.get("metadata_version", "1.0")):
        return REFUSED
    parsed = Metadata.from_raw(raw, validate=False)
    return "\n".join([
        canonicalize_name(parsed.name),
        str(parsed.version),
        ",".join(sorted({str(clause) for clause in parsed.requires_python or []})),
        *map(shown, parsed.requires_dist or []),
        ",".join(sorted(set(parsed.provides_extra or []))),
    ])


LEGACY = {"manylinux1": 5, "manylinux2010": 12, "manylinux2014": 17}


@functools.lru_cache(maxsize=None)
def platforms(tag):
    """The platform tags of a machine whose best tag is this one."""
    _manylinux._get_glibc_version = lambda: (-1, -1)
    _manylinux._is_linux_armhf = _manylinux._is_linux_i686 = lambda executable: True
    _musllinux._get_musl_version = lambda executable: None
    kind, _, rest = tag.partition("_")
    if kind == "macosx":
        major, minor, arch = rest.split("_", 2)
        return tuple(wheel_tags.mac_platforms((int(major), int(minor)), arch))
    if kind == "ios":
        major, minor, arch = rest.split("_", 2)
        return tuple(wheel_tags.ios_platforms((int(major), int(minor)), arch))
    if kind == "android":
        level, abi = rest.split("_", 1)
        return tuple(wheel_tags.android_platforms(int(level), abi))
    if tag.startswith("win"):
        return (tag,)
    if kind == "manylinux":
        major, minor, arch = rest.split("_", 2)
        _manylinux._get_glibc_version = lambda: (int(major), int(minor))
    elif kind in LEGACY:
        arch = rest
        _manylinux._get_glibc_version = lambda: (2, LEGACY[kind])
    elif kind == "musllinux":
        major, minor, arch = rest.split("_", 2)
        musl = _musllinux._MuslVersion(int(major), int(minor))
        _musllinux._get_musl_version = lambda executable: musl
    else:
        arch = rest
    sysconfig.get_platform = lambda: "linux-" + arch
    return tuple(wheel_tags._linux_platforms(is_32bit=False))


def tags(minor, threaded, platform):
    """How many tags a CPython there supports, and the digest of all of them in their order."""
    settings = {"Py_GIL_DISABLED": threaded == "true", "Py_DEBUG": 0}
    wheel_tags._get_config_var = lambda name, warn=False: settings.get(name)
    python = (3, int(minor))
    there = list(platforms(platform))
    abis = wheel_tags._cpython_abis(python)
    supported = dict.fromkeys(map(str, [
        *wheel_tags.cpython_tags(python, abis, there),
        *wheel_tags.compatible_tags(python, "cp3" + minor, there),
    ]))
    return "%d %s" % (len(supported), hashlib.sha256("\n".join(supported).encode()).hexdigest())


for line in sys.stdin:
    kind, *arguments = json.loads(line)
    try:
        answer = globals()[kind](*arguments)
    except Exception:  # its own errors, and those it lets through
        answer = REFUSED
    print(json.dumps(answer))
