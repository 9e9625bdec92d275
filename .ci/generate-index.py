"""Writes a small package index of genuine, tiny wheels: the stand-in where no real local index is.

    generate-index.py FOLDER

makes, laid out like the local index of the developers' machines,

    FOLDER/simple-a/simple/PROJECT/index.html, FOLDER/simple-a/files/…    PEP 503, HTML
    FOLDER/simple-b/simple/…                                              overlaps with a: other versions
    FOLDER/wheels/                                                        a folder for --find-links: torch only
    FOLDER/e2e.txt                                                        requirements that need all three

The projects have the names of real ones and nothing else of them: each holds a module or package with `__version__`
and `NAME`. Among them: extras, markers, Requires-Python, platform wheels, several spellings of names, a yanked file,
build tags, a pre-release, and sdists, one that builds itself without any other package and one with static metadata.
pip itself is no stand-in, as an install may upgrade it: it is the wheel that this Python's ensurepip brings along, where
there is one. All else has the same bytes on every run, machine and version of Python. Python 3.8 or newer, standard library only.
"""
import base64
import hashlib
import html
import io
import os
import re
import shutil
import struct
import sys
import urllib.parse
import zipfile
import zlib

TIME = (2024, 1, 1, 0, 0, 0)
EPOCH = 1704067200
CPYTHONS = ["cp38", "cp39", "cp310", "cp311", "cp312", "cp313"]


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def escaped(name):
    return re.sub(r"[-_.]+", "_", name)


class Project:
    """One release. module: what it imports as; where: a, b, ab or w (wheels/)."""

    def __init__(self, name, version, where="ab", requires=(), extras=None, module=None, python=">=3.8", native=False,
                 pythons=None, platform="manylinux_2_17_x86_64.manylinux2014_x86_64", filename=None, build="",
                 yanked=None, body=""):
        self.name, self.version, self.where = name, version, where
        self.requires, self.extras = list(requires), dict(extras or {})
        self.module = module or escaped(name).lower()
        self.python, self.native, self.platform = python, native, platform
        self.pythons = pythons or CPYTHONS
        self.filename = filename or escaped(name)
        self.build, self.yanked, self.body = build, yanked, body

    def metadata(self):
        lines = ["Metadata-Version: 2.1", "Name: " + self.name, "Version: " + self.version,
                 "Summary: A stand-in for tests, not the real " + self.name]
        if self.python:
            lines.append("Requires-Python: " + self.python)
        lines += ["Provides-Extra: " + extra for extra in self.extras]
        lines += ["Requires-Dist: " + requirement for requirement in self.requires]
        for extra, requirements in self.extras.items():
            for requirement in requirements:
                bare, _, marker = (part.strip() for part in requirement.partition(";"))
                condition = 'extra == "%s"' % extra
                lines.append("Requires-Dist: %s; %s" % (bare, "(%s) and %s" % (marker, condition) if marker else condition))
        return "\n".join(lines) + "\n\nTiny, generated.\n"

    def source(self):
        return '"""A stand-in for tests."""\n__version__ = "%s"\nNAME = "%s"\n%s' % (self.version, self.name, self.body)

    def tags(self):
        if not self.native:
            return ["py3-none-any"]
        return ["%s-%s-%s" % (python, python, self.platform) for python in self.pythons]

    def wheels(self):
        """(filename, bytes) of each."""
        for tag in self.tags():
            build = "-" + self.build if self.build else ""
            yield "%s-%s%s-%s.whl" % (self.filename, self.version, build, tag), self.wheel(tag)

    def wheel(self, tag):
        info = "%s-%s.dist-info" % (self.filename, self.version)
        python, abi, platforms = tag.split("-")
        wheel = "Wheel-Version: 1.0\nGenerator: airlock-generate-index\nRoot-Is-Purelib: %s\n" % (
            "false" if self.native else "true")
        if self.build:
            wheel += "Build: %s\n" % self.build
        wheel += "".join("Tag: %s-%s-%s\n" % (python, abi, platform) for platform in platforms.split("."))
        files = [("%s/__init__.py" % self.module.replace(".", "/"), self.source())]
        files += [(info + "/METADATA", self.metadata()), (info + "/WHEEL", wheel),
                  (info + "/top_level.txt", self.module.partition(".")[0] + "\n")]
        return wheel_archive(info, [(name, text.encode()) for name, text in files])


def wheel_archive(info, files):
    record = []
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files:
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append("%s,sha256=%s,%d\n" % (name, digest, len(content)))
            add(archive, name, content)
        add(archive, info + "/RECORD", ("".join(record) + info + "/RECORD,,\n").encode())
    return out.getvalue()


def add(archive, name, content):
    entry = zipfile.ZipInfo(name, TIME)
    entry.external_attr = 0o100644 << 16
    entry.create_system = 3
    archive.writestr(entry, content)  # stored, not deflated: zlib's output differs from version to version


def sdist(name, version, files):
    """A .tar.gz of stored blocks, put together here: what tarfile and gzip write differs with Python's version."""
    tar = b""
    for path, text in files:
        body = text.encode()
        header = struct.pack(
            "100s8s8s8s12s12s8sc100s6s2s32s32s8s8s155s12x",
            ("%s-%s/%s" % (name, version, path)).encode(), b"0000644", b"0000000", b"0000000", b"%011o" % len(body),
            b"%011o" % EPOCH, b" " * 8, b"0", b"", b"ustar", b"00", b"", b"", b"0000000", b"0000000", b"")
        header = header[:148] + b"%06o\0 " % sum(header) + header[156:]
        tar += header + body + bytes(-len(body) % 512)
    tar += bytes(-len(tar) % 10240 or 10240)
    content, size = tar, 65535
    out = b"\x1f\x8b\x08\0" + struct.pack("<I", EPOCH) + b"\0\xff"
    for start in range(0, len(content), size):
        block = content[start : start + size]
        out += struct.pack("<BHH", start + size >= len(content), len(block), len(block) ^ 0xFFFF) + block
    return out + struct.pack("<II", zlib.crc32(content), len(content) % (1 << 32))


# A build backend in the sdist itself: it needs nothing from any index. Builds a pure wheel of the *.py beside it.
BACKEND = '''"""The build backend of this sdist."""
import base64, hashlib, os, zipfile

NAME, VERSION, MODULE = %(name)r, %(version)r, %(module)r
INFO = "%%s-%%s.dist-info" %% (MODULE, VERSION)
WHEEL = "Wheel-Version: 1.0\\nGenerator: in-tree\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"


def metadata():
    with open("PKG-INFO", "rb") as f:
        return f.read()


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    folder = os.path.join(metadata_directory, INFO)
    os.makedirs(folder, exist_ok=True)
    for name, content in (("METADATA", metadata()), ("WHEEL", WHEEL.encode())):
        with open(os.path.join(folder, name), "wb") as f:
            f.write(content)
    return INFO


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    filename = "%%s-%%s-py3-none-any.whl" %% (MODULE, VERSION)
    with open(MODULE + ".py", "rb") as f:
        files = [(MODULE + ".py", f.read())]
    files += [(INFO + "/METADATA", metadata()), (INFO + "/WHEEL", WHEEL.encode())]
    record = ""
    with zipfile.ZipFile(os.path.join(wheel_directory, filename), "w") as archive:
        for name, content in files:
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record += "%%s,sha256=%%s,%%d\\n" %% (name, digest, len(content))
            archive.writestr(name, content)
        archive.writestr(INFO + "/RECORD", record + INFO + "/RECORD,,\\n")
    return filename


def build_sdist(sdist_directory, config_settings=None):
    raise NotImplementedError("is an sdist already")
'''


def self_building_sdist(name, version, module, metadata_version, requires=()):
    """metadata_version 2.2 makes PKG-INFO binding (PEP 643); a lower one says: build it to know."""
    info = "Metadata-Version: %s\nName: %s\nVersion: %s\nRequires-Python: >=3.8\n" % (metadata_version, name, version)
    info += "".join("Requires-Dist: %s\n" % requirement for requirement in requires)
    return sdist(name, version, [
        ("PKG-INFO", info),
        ("pyproject.toml", '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n\n'
                           '[project]\nname = "%s"\nversion = "%s"\n' % (name, version)),
        ("backend.py", BACKEND % {"name": name, "version": version, "module": module}),
        (module + ".py", '"""A stand-in for tests."""\n__version__ = "%s"\nNAME = "%s"\n' % (version, name)),
    ])


P = Project
PROJECTS = [
    # what a venv starts with, but for pip: see pip_of_this_python
    P("setuptools", "84.0.0", "a", extras={"core": ["packaging>=24.2"]}, python=">=3.8"),
    P("setuptools", "80.9.0", "b"),
    P("wheel", "0.46.3", "a", ["packaging>=24.0"]),
    P("wheel", "0.48.0", "a", ["packaging>=24.0"]),
    # numpy: 2.x and 1.26.4 in a, others in b
    P("numpy", "1.26.4", "a", native=True, python=">=3.8"),
    P("numpy", "2.0.2", "a", native=True, python=">=3.8"),
    P("numpy", "2.2.6", "a", native=True, python=">=3.10", pythons=["cp310", "cp311", "cp312", "cp313"]),
    P("numpy", "2.4.6", "a", native=True, python=">=3.11", pythons=["cp311", "cp312", "cp313"],
      platform="manylinux_2_27_x86_64.manylinux_2_28_x86_64"),
    P("numpy", "1.23.5", "b", native=True, python=">=3.8"),
    P("numpy", "1.24.4", "b", native=True, python=">=3.8"),
    P("numpy", "1.26.0", "b", native=True, python=">=3.8"),
    P("numpy", "2.1.3", "b", native=True, python=">=3.10", pythons=["cp310", "cp311", "cp312", "cp313"]),
    # scipy: 1.11.4 in b only
    P("scipy", "1.11.1", "a", ["numpy<1.28.0,>=1.21.6"], native=True),
    P("scipy", "1.13.1", "a", ["numpy<2.3,>=1.22.4"], native=True),
    P("scipy", "1.16.3", "a", ["numpy<2.6,>=1.25.2"], native=True, python=">=3.11", pythons=["cp311", "cp312", "cp313"]),
    P("scipy", "1.10.1", "b", ["numpy<1.27.0,>=1.19.5"], native=True),
    P("scipy", "1.11.4", "b", ["numpy<1.28.0,>=1.21.6"], native=True,
      extras={"test": ["pytest", "mpmath", "threadpoolctl"]}),
    P("scipy", "1.12.0", "b", ["numpy<1.29.0,>=1.22.4"], native=True),
    P("scipy", "1.15.3", "b", ["numpy<2.5,>=1.23.5"], native=True, python=">=3.10",
      pythons=["cp310", "cp311", "cp312", "cp313"]),
    P("scikit-learn", "1.9.1", "a",
      ["numpy>=1.24.1", "scipy>=1.10.0", "joblib>=1.4.0", "threadpoolctl>=3.5.0", "narwhals>=2.0.1"],
      module="sklearn", native=True),
    P("scikit-learn", "1.6.1", "b", ["numpy>=1.19.5", "scipy>=1.6.0", "joblib>=1.2.0", "threadpoolctl>=3.1.0"],
      module="sklearn", native=True),
    P("joblib", "1.6.0", "a", ["cloudpickle>=3.0"]),
    P("cloudpickle", "3.1.2", "a"),
    P("threadpoolctl", "3.7.0", "a"),
    P("narwhals", "2.26.0", "a", extras={"pandas": ["pandas>=1.1.3"]}),
    # torch: the CPU build in wheels/ only; b has one of another flavour that an e2e must not take
    P("torch", "2.13.0+cpu", "w",
      ["filelock", "typing-extensions>=4.10.0", 'setuptools>=77.0.3; python_version >= "3.12"', "sympy>=1.13.3",
       "networkx>=2.5.1", "jinja2", "fsspec>=0.8.5"],
      extras={"optree": ["optree>=0.13.0"], "opt-einsum": ["opt-einsum>=3.3"]},
      native=True, platform="manylinux_2_28_x86_64"),
    P("torch", "2.14.1", "b",
      ["filelock", "typing-extensions>=4.10.0", "sympy>=1.13.3", "networkx>=2.5.1", "jinja2", "fsspec>=0.8.5",
       'nvidia-nvtx==13.0.85; platform_system == "Linux"'],
      native=True, platform="manylinux_2_28_x86_64"),
    P("torchvision", "0.29.1", "b", ["numpy", "torch==2.14.1", "pillow!=8.3.*,>=5.3.0"], native=True,
      platform="manylinux_2_28_x86_64"),
    P("nvidia-nvtx", "13.0.85", "b", module="nvidia.nvtx", native=True, pythons=["cp311"]),
    P("filelock", "4.0.8", "a"),
    P("typing_extensions", "4.16.0", "a"),
    P("sympy", "1.14.0", "a", ["mpmath<1.4,>=1.1.0"], extras={"dev": ["pytest>=7.1.0"]}),
    P("mpmath", "1.3.0", "a"),
    P("mpmath", "1.4.0", "a"),
    P("networkx", "3.6.1", "a", extras={"default": ["numpy>=1.25", "scipy>=1.11.2", "matplotlib>=3.8"]}),
    P("Jinja2", "3.1.6", "a", ["MarkupSafe>=2.0"], extras={"i18n": ["Babel>=2.7"]}),
    P("MarkupSafe", "3.0.3", "a", native=True, filename="markupsafe"),
    P("fsspec", "2026.9.0", "a"),
    P("fsspec", "2026.9.1", "a", yanked="reads <the> wrong \"place\""),
    # matplotlib and what it needs
    P("matplotlib", "3.11.2", "a",
      ["contourpy>=1.0.1", "cycler>=0.10", "fonttools>=4.28.2", "kiwisolver>=1.3.1", "numpy>=1.25", "packaging>=20.0",
       "pillow>=9", "pyparsing>=3", "python-dateutil>=2.7"], native=True),
    P("matplotlib", "3.10.9", "b",
      ["contourpy>=1.0.1", "cycler>=0.10", "fonttools>=4.22.0", "kiwisolver>=1.3.1", "numpy>=1.23", "packaging>=20.0",
       "pillow>=8", "pyparsing>=3", "python-dateutil>=2.7"], native=True),
    P("contourpy", "1.3.3", "a", ["numpy>=1.25"], native=True),
    P("cycler", "0.12.1", "a"),
    P("fonttools", "4.66.1", "a", native=True, extras={"woff": ['brotli>=1.0.1; platform_python_implementation == "CPython"']},
      module="fontTools"),
    P("kiwisolver", "1.5.1", "a", native=True),
    P("packaging", "26.3", "a"),
    P("pillow", "12.3.0", "a", module="PIL", native=True, platform="manylinux_2_27_x86_64.manylinux_2_28_x86_64"),
    P("pyparsing", "3.3.3", "a", build="1"),
    P("python-dateutil", "2.9.0.post0", "a", ["six>=1.5"], module="dateutil", python="!=3.0.*,!=3.1.*,!=3.2.*,>=2.7"),
    P("six", "1.17.0", "ab"),
    P("six", "1.18.0rc1", "a"),
    # requests, with an extra
    P("requests", "2.34.2", "a",
      ["charset_normalizer<4,>=2", "idna<4,>=2.5", "urllib3<3,>=1.26", "certifi>=2023.5.7"],
      extras={"socks": ["PySocks!=1.5.7,>=1.5.6"], "use-chardet-on-py3": ["chardet<8,>=3.0.2"]}),
    P("charset-normalizer", "3.5.2", "a", native=True),
    P("idna", "3.20", "a"),
    P("rich", "15.0.0", "a", ["markdown-it-py>=2.2.0", "pygments<3.0.0,>=2.13.0"]),
    P("markdown-it-py", "4.2.0", "a", ["mdurl~=0.1"], module="markdown_it"),
    P("mdurl", "0.1.2", "a"),
    P("pytz", "2026.4", "a", python=None),
    P("pygments", "2.21.0", "a"),
    P("urllib3", "2.8.0", "a", extras={"brotli": ['brotli>=1.2.0; platform_python_implementation == "CPython"'],
                                      "socks": ["pysocks!=1.5.7,<2.0,>=1.5.6"]}),
    P("certifi", "2026.7.22", "a"),
    P("PySocks", "1.7.1", "a", module="socks"),
    P("chardet", "7.0.0", "a"),
    # markers, and Requires-Python that keeps a newer release from older Pythons
    P("tqdm", "4.68.0", "a", ['colorama; platform_system == "Windows"'], extras={"notebook": ["ipywidgets>=6"]}),
    P("colorama", "0.4.6", "a"),
    P("importlib_metadata", "8.7.0", "a", ["zipp>=3.20", 'typing-extensions>=3.6.4; python_version < "3.8"']),
    P("zipp", "3.23.0", "a", python=">=3.9"),
    P("zipp", "3.20.2", "b", python=">=3.8"),
    P("zipp", "99.0", "b", python=">=99"),
    # dots, capitals and underscores: one project, whatever the spelling
    P("Zope.Interface", "7.2", "a", module="zope_interface", native=True, filename="zope.interface"),
    P("ruamel.yaml", "0.18.10", "a", ['ruamel.yaml.clib>=0.2.7; platform_python_implementation == "Jython"'],
      filename="ruamel.yaml", module="ruamel.yaml"),
]

# (filename, bytes, where, Requires-Python)
SDISTS = [
    ("GPUtil-1.4.0.tar.gz", self_building_sdist("GPUtil", "1.4.0", "GPUtil", "1.2", ["numpy"]), "a", None),
    ("static_meta-1.0.tar.gz", self_building_sdist("static_meta", "1.0", "static_meta", "2.2", ["six>=1.5"]), "b", ">=3.8"),
]

E2E = """\
torch==2.13.0+cpu
numpy<2
scipy==1.11.4
scikit-learn
matplotlib
requests[socks]
tqdm
importlib-metadata
"""


def pip_of_this_python():
    """The wheel of pip that ensurepip brings along, as (filename, bytes), or None: an upgrade must find a real pip."""
    try:
        import ensurepip
    except ImportError:
        return None
    folders = [os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"), "/usr/share/python-wheels"]
    for folder in folders:
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        for name in names:
            if name.startswith("pip-") and name.endswith(".whl"):
                with open(os.path.join(folder, name), "rb") as f:
                    return name, f.read()
    return None


def link(filename, content, requires_python, yanked):
    attributes = ""
    if requires_python:
        attributes += ' data-requires-python="%s"' % html.escape(requires_python)
    if yanked is not None:
        attributes += ' data-yanked="%s"' % html.escape(yanked)
    return '<a href="../../files/%s#sha256=%s"%s>%s</a>\n' % (
        urllib.parse.quote(filename), hashlib.sha256(content).hexdigest(), attributes, html.escape(filename))


def page(lines):
    return "<!DOCTYPE html><html><body>\n%s</body></html>\n" % "".join(lines)


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(content if isinstance(content, bytes) else content.encode())


def main(folder):
    for name in ("simple-a", "simple-b", "wheels"):
        shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
    indexes = {"a": {}, "b": {}}
    count = 0

    def publish(where, project, filename, content, requires_python=None, yanked=None):
        for letter in where:
            if letter == "w":
                write(os.path.join(folder, "wheels", filename), content)
            else:
                write(os.path.join(folder, "simple-" + letter, "files", filename), content)
                indexes[letter].setdefault(normalized(project), []).append(
                    link(filename, content, requires_python, yanked))

    for project in PROJECTS:
        for filename, content in project.wheels():
            publish(project.where, project.name, filename, content, project.python, project.yanked)
            count += 1
    for filename, content, where, requires_python in SDISTS:
        publish(where, filename.rpartition("-")[0], filename, content, requires_python)
        count += 1
    pip = pip_of_this_python()
    if pip:
        publish("a", "pip", *pip)
        count += 1
    for letter, projects in indexes.items():
        simple = os.path.join(folder, "simple-" + letter, "simple")
        for name, links in projects.items():
            write(os.path.join(simple, name, "index.html"), page(links))
        write(os.path.join(simple, "index.html"),
              page('<a href="%s/">%s</a>\n' % (name, name) for name in sorted(projects)))
    write(os.path.join(folder, "e2e.txt"), E2E)
    names = {normalized(p.name) for p in PROJECTS} | {normalized(s[0].rpartition("-")[0]) for s in SDISTS}
    print("%d files of %d projects in %s" % (count, len(names) + bool(pip), folder))


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    main(sys.argv[1])
