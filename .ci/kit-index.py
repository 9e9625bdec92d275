"""Writes the upstream of .ci/e2e-kit.sh: an index, and PyTorch's paths, as they would be on the Internet.

    kit-index.py ROOT REQUIREMENT… <SOURCES

SOURCES are lines "index FOLDER" or "wheels FOLDER". Below ROOT are then simple/ with the wheels for Python 3.11 of the
REQUIREMENTs (PROJECT or PROJECT==VERSION), and with tensorrt 8.6.1 and GPUtil 1.4.0 as they are published: sdists only.
tensorrt's has a setup.py that runs pip at pypi.nvidia.com, by http, which the published one does not; its pages are at
the root. isolated 1.0 is an sdist with a pyproject.toml. whl/ has torch 2.1.0+cu118, generated, in the layout of
download.pytorch.org.
Prints the versions of pip that are there, one a line.
"""
import hashlib
import importlib.util
import os
import sys
import urllib.parse

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, os.pardir, "bench", "resolver"))
import loopback  # noqa: E402

spec = importlib.util.spec_from_file_location("generate_index", os.path.join(here, "generate-index.py"))
generate = importlib.util.module_from_spec(spec)
spec.loader.exec_module(generate)

TENSORRT_SETUP = '''\
import subprocess
import sys

from setuptools import setup

subprocess.check_call([sys.executable, "-m", "pip", "install", "--index-url", "http://pypi.nvidia.com",
                       "tensorrt_libs==8.6.1", "tensorrt_bindings==8.6.1"])
setup(name="tensorrt", version="8.6.1", packages=["tensorrt"])
'''
SDISTS = [
    ("tensorrt", "8.6.1", [
        ("PKG-INFO", "Metadata-Version: 2.1\nName: tensorrt\nVersion: 8.6.1\n"),
        ("setup.py", TENSORRT_SETUP),
        ("tensorrt/__init__.py", "from tensorrt_bindings import __version__\n"),
    ]),
    ("GPUtil", "1.4.0", [
        ("PKG-INFO", "Metadata-Version: 1.1\nName: GPUtil\nVersion: 1.4.0\n"),
        ("setup.py", "from distutils.core import setup\nsetup(name='GPUtil', version='1.4.0', packages=['GPUtil'])\n"),
        ("GPUtil/__init__.py", "from .GPUtil import getGPUs, __version__\n"),
        ("GPUtil/GPUtil.py", "__version__ = '1.4.0'\n\n\ndef getGPUs():\n    return []\n"),
    ]),
    ("isolated", "1.0", [
        ("PKG-INFO", "Metadata-Version: 2.2\nName: isolated\nVersion: 1.0\n"),
        ("pyproject.toml", '[build-system]\nrequires = ["setuptools", "wheel"]\nbuild-backend = "setuptools.build_meta"\n'),
        ("setup.py", "from setuptools import setup\nsetup(name='isolated', version='1.0', py_modules=['isolated'])\n"),
        ("isolated.py", "__version__ = '1.0'\n"),
    ]),
]
WHEELS = [generate.Project("tensorrt_libs", "8.6.1"), generate.Project("tensorrt_bindings", "8.6.1")]
TORCH = [generate.Project(name, version, native=True, pythons=["cp310", "cp311"], platform="linux_x86_64",
                          requires=requires)
         for name, version, requires in [("torch", "2.1.0+cu118", ["filelock"]),
                                         ("torchvision", "0.16.0+cu118", ["torch==2.1.0", "numpy", "requests"]),
                                         ("torchaudio", "2.1.0+cu118", ["torch==2.1.0"])]]


def link(href, name, content):
    return '<a href="%s#sha256=%s">%s</a><br>\n' % (href, hashlib.sha256(content).hexdigest(), name)


def wanted(name, requirements):
    """Whether a wheel's name is that of a requirement, for Python 3.11."""
    project, version = name.split("-")[:2]
    python, abi, _ = name[:-4].split("-")[-3:]
    asked = requirements.get(loopback.normalized(project), ())
    return asked is None or version in asked if "cp311" in python or abi == "none" and "py3" in python else False


def write_projects(root, folder):
    """The page of all projects of a folder of pages."""
    names = sorted(os.listdir(os.path.join(root, folder)))
    links = ['<a href="%s/">%s</a><br>\n' % (name, name) for name in names if "." not in name]
    generate.write(os.path.join(root, folder, "index.html"), generate.page(links))


def main(root, requirements):
    asked = {}
    for requirement in requirements:
        project, _, version = requirement.partition("==")
        asked[project] = (asked.get(project) or ()) + (version,) if version else None
    folder = os.path.join(root, "wheels")
    os.makedirs(folder)
    for name, (path, _) in loopback.local_wheels(sys.stdin.read().splitlines()).items():
        if wanted(name, asked):
            os.symlink(path, os.path.join(folder, name))
    for project in WHEELS:
        for name, content in project.wheels():
            generate.write(os.path.join(folder, name), content)
    loopback.write_tree(["wheels " + folder], root)
    for name, version, files in SDISTS:
        content, file = generate.sdist(name, version, files), "%s-%s.tar.gz" % (name, version)
        generate.write(os.path.join(root, "files", file), content)
        generate.write(os.path.join(root, "simple", loopback.normalized(name), "index.html"),
                       generate.page([link("../../files/" + file, file, content)]))
    for project in WHEELS:
        name = loopback.normalized(project.name)
        with open(os.path.join(root, "simple", name, "index.html"), encoding="utf-8") as page:
            generate.write(os.path.join(root, name, "index.html"), page.read().replace("../../files/", "/files/"))
    flat = ""
    for project in TORCH:
        links = []
        for name, content in project.wheels():
            generate.write(os.path.join(root, "whl", "cu118", name), content)
            links.append(link("/whl/cu118/" + urllib.parse.quote(name), name, content))
            flat += '<a href="cu118/%s">cu118/%s</a><br/>\n' % (urllib.parse.quote(name), name)
        generate.write(os.path.join(root, "whl", "cu118", project.name, "index.html"), generate.page(links))
    # PyTorch's index has copies of what torch requires; of some projects only an old version.
    for name, content in generate.Project("requests", "2.28.1").wheels():
        generate.write(os.path.join(root, "files", name), content)
        generate.write(os.path.join(root, "whl", "cu118", "requests", "index.html"), generate.page([link("/files/" + name, name, content)]))
    for name in ("filelock", "numpy"):
        with open(os.path.join(root, "simple", name, "index.html"), encoding="utf-8") as page:
            generate.write(os.path.join(root, "whl", "cu118", name, "index.html"),
                           page.read().replace("../../files/", "/files/"))
    generate.write(os.path.join(root, "whl", "torch_stable.html"), flat)
    write_projects(root, "simple")
    write_projects(root, "whl/cu118")
    print("\n".join(sorted(name.split("-")[1] for name in os.listdir(folder) if name.startswith("pip-"))))


main(sys.argv[1], sys.argv[2:])
