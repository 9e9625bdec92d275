"""Asks the mirror from within an image build; used by install.sh. Python 3.6 or newer, standard library only.

mirror.py host URL                  prints the host of URL
mirror.py check URL PRESET          succeeds if the mirror answers, has the preset and gives its pages
mirror.py fetch URL PRESET FOLDER   writes the preset's constraints.txt and requirements.txt into FOLDER, and a file "unlocked"
                                    where the preset has no lock yet
"""
import base64
import os
import re
import socket
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

SECONDS = 6

# Options of a requirements file that would send pip elsewhere.
ELSEWHERE = re.compile(r"\s*(-[if]|--(index-url|extra-index-url|find-links|trusted-host|no-index)\b)")
# Options that name a file, which is not in the build.
OTHER_FILE = re.compile(r"\s*(-[rce]|--(requirement|constraint|editable)\b)")


def fail(sentence):
    sys.stdout.flush()
    sys.stderr.write("airlock: error: %s\n" % sentence)
    sys.stderr.flush()
    os._exit(1)  # a thread may still wait for the network


def shown(url):
    """The address without a password."""
    return re.sub(r"//[^/@]*@", "//", url)


def get(url):
    """The body and the headers of url; HTTPError or OSError otherwise. Never takes longer than SECONDS, not even for a name look-up."""
    result = []

    def work():
        try:
            parts = urllib.parse.urlsplit(url)
            headers = {"User-Agent": "airlock-build"}
            if parts.username is not None:
                user = urllib.parse.unquote(parts.username) + ":" + urllib.parse.unquote(parts.password or "")
                headers["Authorization"] = "Basic " + base64.b64encode(user.encode()).decode()
            request = urllib.request.Request(re.sub(r"//[^/@]*@", "//", url, count=1), headers=headers)
            with urllib.request.urlopen(request, timeout=SECONDS) as response:
                result.append((response.read(), response.headers))
        except Exception as e:
            result.append(e)

    thread = threading.Thread(target=work)
    thread.daemon = True
    thread.start()
    thread.join(SECONDS)
    if not result:
        raise socket.timeout("no answer within %d s" % SECONDS)
    if isinstance(result[0], Exception):
        raise result[0]
    return result[0]


def file_of_preset(mirror, preset, name):
    """The text and the headers of what the mirror has of a preset."""
    url = "%s/preset/%s/%s" % (mirror, urllib.parse.quote(preset), name)
    try:
        body, headers = get(url)
        return body.decode("utf-8"), headers
    except urllib.error.HTTPError as e:
        if e.code == 404 and b"preset" not in e.read(4096):
            fail(
                "MIRROR_URL, %s, is no address of Airlock (404 for %s): give http://HOST:PORT as `airlock serve` prints it."
                % (shown(mirror), shown(url))
            )
        if e.code == 404:
            fail(
                "the mirror at %s has no preset %s (404 for %s): run `airlock sync %s` where it keeps its store."
                % (shown(mirror), preset, shown(url), preset)
            )
        fail("the mirror at %s answered %s with %d %s." % (shown(mirror), shown(url), e.code, e.reason))
    except Exception as e:
        if "WRONG_VERSION_NUMBER" in str(e):
            fail("MIRROR_URL, %s, begins with https and the mirror there speaks plain http: write http://." % shown(mirror))
        if "CERTIFICATE_VERIFY_FAILED" in str(e):
            fail(
                "the certificate of the mirror at %s is not trusted within the build (%s): have the base image name a file with "
                "its authority in SSL_CERT_FILE and PIP_CERT." % (shown(mirror), getattr(e, "reason", e))
            )
        fail(
            "the mirror at MIRROR_URL, %s, cannot be reached from within the build (%s): start it with "
            "`airlock serve` and give an address that the build can reach." % (shown(mirror), getattr(e, "reason", e))
        )


def requirements_for_mirror(text):
    kept = []
    for line in text.splitlines():
        if ELSEWHERE.match(line):
            print("airlock: requirements.txt: left out, as the mirror is the only source: %s" % shown(line.strip()))
        elif OTHER_FILE.match(line):
            fail("the preset's requirements.txt names a file that a build cannot have: %s" % line.strip())
        else:
            kept.append(line)
    return "\n".join(kept) + "\n"


def main(arguments):
    verb, mirror = arguments[0], arguments[1].rstrip("/")
    parts = urllib.parse.urlsplit(mirror)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        fail("MIRROR_URL must look like http://HOST:PORT, not %s." % shown(mirror))
    if verb == "host":
        print(parts.hostname)
        return
    preset = arguments[2]
    constraints, headers = file_of_preset(mirror, preset, "constraints.txt")
    file_of_preset(mirror, preset, "simple/")
    if verb == "fetch":
        folder = arguments[3]
        with open(os.path.join(folder, "constraints.txt"), "w", encoding="utf-8") as f:
            f.write(constraints)
        with open(os.path.join(folder, "requirements.txt"), "w", encoding="utf-8") as f:
            f.write(requirements_for_mirror(file_of_preset(mirror, preset, "requirements.txt")[0]))
        if headers.get("X-Airlock-Unlocked"):
            with open(os.path.join(folder, "unlocked"), "w"):
                pass
            print("airlock: preset %s was never synced: its versions are those that the indexes give today" % preset)
        pins = [line for line in constraints.splitlines() if line.strip() and not line.startswith("#")]
        print("airlock: preset %s: constraints of %d pins and requirements taken from the mirror" % (preset, len(pins)))


main(sys.argv[1:])
