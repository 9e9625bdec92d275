# Answers one JSON list a line from stdin, [kind, text...], with one JSON text a line: what `packaging` says.
import json
import sys

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

REFUSED = "refused"


def version(text):
    return str(Version(text))


def order(left, right):
    left, right = Version(left), Version(right)
    return str((left > right) - (left < right))


def contains(specifier, candidate):
    return str(SpecifierSet(specifier).contains(Version(candidate), prereleases=True)).lower()


def prereleases(specifier):
    return str(bool(SpecifierSet(specifier).prereleases)).lower()


def marker(text, environment):
    return str(Marker(text).evaluate(json.loads(environment))).lower()


def requirement(text):
    parsed = Requirement(text)
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


for line in sys.stdin:
    kind, *arguments = json.loads(line)
    try:
        answer = globals()[kind](*arguments)
    except Exception:  # its own errors, and those it lets through
        answer = REFUSED
    print(json.dumps(answer))
