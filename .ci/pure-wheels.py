"""Prints which projects have a pure wheel for a Python on the pages of an index.

    pure-wheels.py INDEX VERSION PROJECT…     as in: pure-wheels.py http://127.0.0.1:3143/simple/ 2.7 six idna
"""
import html.parser
import operator
import sys
import urllib.error
import urllib.request

COMPARISONS = {">=": operator.ge, "<=": operator.le, "==": operator.eq, "!=": operator.ne, "~=": operator.ge,
               ">": operator.gt, "<": operator.lt}


class Anchors(html.parser.HTMLParser):
    """The attributes of all links of a page."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.found.append(dict(attributes))


def admits(specifier, version):
    """Whether a Requires-Python admits a Python, by the first two numbers."""
    for clause in filter(None, (part.strip() for part in (specifier or "").split(","))):
        comparison = next(known for known in COMPARISONS if clause.startswith(known))
        text = clause[len(comparison):].strip()
        bound = tuple(int(number) for number in text.replace(".*", "").split("."))
        mine = version + (99,)
        if text.endswith(".*"):
            if (mine[:len(bound)] == bound) != (comparison == "=="):
                return False
        elif not COMPARISONS[comparison](mine, bound):
            return False
    return True


def has_pure_wheel(links, version):
    """Whether a link of a page is a pure wheel for a Python."""
    for link in links:
        file = link["href"].split("#")[0].rsplit("/", 1)[1]
        if file.endswith(".whl"):
            pythons, abi, platform = file[:-4].split("-")[-3:]
            if (abi, platform) == ("none", "any") and "py%d" % version[0] in pythons.split(".") \
                    and admits(link.get("data-requires-python"), version):
                return True
    return False


def main(index, version, projects):
    version = tuple(map(int, version.split(".")))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for project in projects:
        anchors = Anchors()
        try:
            anchors.feed(opener.open("%s%s/" % (index, project)).read().decode())
        except urllib.error.HTTPError as e:
            if e.code != 404:
                raise
        if has_pure_wheel(anchors.found, version):
            print(project)


main(sys.argv[1], sys.argv[2], sys.argv[3:])
