"""The requirement sets of sets.toml, and how Airlock and pip are asked to solve one."""
import glob
import json
import os
import re
import shutil
import subprocess
import tomllib
import urllib.parse
import urllib.request
import zipfile
from dataclasses import dataclass, field

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
AIRLOCK = os.environ.get("AIRLOCK", os.path.join(ROOT, "airlock"))  # the variable names another launcher
# Asked of the interpreter itself: what a preset has to name as its target.
FACTS = """
import platform
try:
    from pip._vendor.packaging import tags
except ImportError:
    from packaging import tags
print(platform.python_version(), next(iter(tags.platform_tags())))
"""


@dataclass(frozen=True)
class Requirements:
    """One set: what is wanted, for which Python, and how the answers may differ."""

    name: str
    requirements: list
    python: str = "3.11"
    constraints: list = field(default_factory=list)
    prereleases: bool = False
    solvable: bool = True
    differs: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Interpreter:
    """A Python with the newest pip that runs on it."""

    python: str
    version: str
    platform: str
    pip: str


@dataclass(frozen=True)
class Answer:
    """The wheels of a solution by project, or the reason why there is none."""

    wheels: dict
    reason: str = ""

    @property
    def solved(self):
        """Whether there is a solution."""
        return not self.reason


def read_sets(path=os.path.join(HERE, "sets.toml")):
    """The rules that explain differences, and the sets."""
    with open(path, "rb") as file:
        data = tomllib.load(file)
    return data["rules"], [Requirements(name, **fields) for name, fields in data["sets"].items()]


def normalized(name):
    """A project's name by PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def clean_environment(home):
    """An environment without anybody's settings for pip, Python or proxies."""
    return {"PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8", "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONNOUSERSITE": "1"}


def find_python(minor):
    """The path of a Python such as 3.11; None where this machine has none."""
    for found in sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/%s.*/bin/python" % minor)), reverse=True):
        return found
    return shutil.which("python" + minor)


def interpreter(minor, address, work):
    """A Python of its own, with the newest pip of the index that runs on it, else the one it brings.

    Returns None where this machine has no such Python.
    """
    python = find_python(minor)
    if python is None:
        return None
    home = os.path.join(work, "home")
    venv = os.path.join(work, "python" + minor)
    environment = clean_environment(home)
    subprocess.run([python, "-m", "venv", "--without-pip", venv], check=True, env=environment)
    own = os.path.join(venv, "bin", "python")
    site = subprocess.run([own, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True,
                          env=environment, capture_output=True, text=True).stdout.strip()
    page = json.load(urllib.request.urlopen(urllib.request.Request(
        address + "pip/", headers={"Accept": "application/vnd.pypi.simple.v1+json"})))
    for entry in reversed(page["files"]):
        wheel = os.path.join(work, "pip.whl")
        with urllib.request.urlopen(urllib.parse.urljoin(address + "pip/", entry["url"])) as answer, open(wheel, "wb") as file:
            shutil.copyfileobj(answer, file)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
        if subprocess.run([own, "-m", "pip", "list"], env=environment, capture_output=True).returncode == 0:
            break
        shutil.rmtree(os.path.join(site, "pip"))
    else:
        own = python
    facts = subprocess.run([own, "-c", FACTS], check=True, env=environment, capture_output=True, text=True).stdout.split()
    pip = subprocess.run([own, "-m", "pip", "--version"], check=True, env=environment, capture_output=True, text=True).stdout
    return Interpreter(own, facts[0], facts[1], pip.split()[1])


def write_preset(wanted, python, folder):
    """A preset folder for a set: the interpreter itself is the target, and nothing is installed first."""
    os.makedirs(folder, exist_ok=True)
    lines(os.path.join(folder, "requirements.txt"), wanted.requirements)
    lines(os.path.join(folder, "constraints.txt"), wanted.constraints)
    preset = {"schema": 1, "name": os.path.basename(folder), "bootstrap": [], "requirements": "requirements.txt",
              "targets": [{"python": python.version, "platform": python.platform}],
              "indexes": {"pypi": {"url": "https://pypi.org/simple/", "default": True}}}
    if wanted.constraints:
        preset["constraints"] = wanted.constraints
    if wanted.prereleases:
        preset["prereleases"] = True
    with open(os.path.join(folder, "preset.json"), "w", encoding="utf-8") as file:
        json.dump(preset, file)


def lines(path, texts):
    """Writes a file of lines."""
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(text + "\n" for text in texts)


def airlock_command(folder, address, store):
    """How Airlock is asked to solve the preset in a folder. It leaves folder/pylock.toml."""
    return [AIRLOCK, "lock", folder, "--upgrade", "--quiet", "--store", store, "--no-pip-config", "--index", "pypi=" + address]


def pip_command(wanted, python, folder, address, *options):
    """How pip is asked to solve the same. It leaves folder/report.json."""
    command = [python.python, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--only-binary", ":all:", "--quiet",
               "--index-url", address, "--report", os.path.join(folder, "report.json"),
               "-r", os.path.join(folder, "requirements.txt"), *options]
    if wanted.constraints:
        command += ["-c", os.path.join(folder, "constraints.txt")]
    if wanted.prereleases:
        command.append("--pre")
    return command


def airlock_answer(folder, address, work):
    """What Airlock says."""
    lock = os.path.join(folder, "pylock.toml")
    if os.path.exists(lock):
        os.remove(lock)
    run = subprocess.run(airlock_command(folder, address, os.path.join(work, "store")), env=airlock_environment(os.path.join(work, "home")),
                         capture_output=True, text=True)
    if run.returncode not in (0, 1) or (run.returncode == 1) == os.path.exists(lock):
        raise RuntimeError("airlock lock ended with %d: %s" % (run.returncode, run.stderr))
    if run.returncode:
        return Answer({}, run.stderr)
    with open(lock, "rb") as file:
        packages = tomllib.load(file).get("packages", [])
    return Answer({package["name"]: package["wheels"][0]["name"] for package in packages})


def airlock_environment(home):
    """A clean environment with the launcher's own variables: nothing is built while sets are compared."""
    own = {key: value for key, value in os.environ.items() if key in ("JAVA_HOME", "AIRLOCK_JAVA_HOME")}
    return clean_environment(home) | own | {"AIRLOCK_NO_BUILD": "1"}


def build_airlock():
    """Builds Airlock where that is needed."""
    subprocess.run([AIRLOCK, "--help"], check=True, stdout=subprocess.DEVNULL)


def pip_answer(wanted, python, folder, address, work):
    """What pip says."""
    run = subprocess.run(pip_command(wanted, python, folder, address), env=clean_environment(os.path.join(work, "home")),
                         capture_output=True, text=True)
    if run.returncode not in (0, 1):
        raise RuntimeError("pip ended with %d: %s" % (run.returncode, run.stderr))
    if run.returncode:
        if not re.search("ResolutionImpossible|No matching distribution|requires a different Python", run.stderr):
            raise RuntimeError("pip failed: " + run.stderr)
        return Answer({}, run.stderr)
    with open(os.path.join(folder, "report.json"), encoding="utf-8") as file:
        installs = json.load(file)["install"]
    return Answer({normalized(each["metadata"]["name"]):
                   urllib.parse.unquote(os.path.basename(urllib.parse.urlsplit(each["download_info"]["url"]).path))
                   for each in installs})
