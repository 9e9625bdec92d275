"""Writes the upstream of .ci/e2e-hybrid.sh: some projects of local package folders, and one big wheel that is made up.

    hybrid-index.py ROOT MEGABYTES PROJECT… <SOURCES

SOURCES are lines "index FOLDER" or "wheels FOLDER". Below ROOT are then simple/PROJECT/index.html and index.json, files/
with metadata beside each wheel (PEP 658), and wheels/, where the files come from. Projects that no source has are left out.
"""
import os
import random
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "bench", "resolver"))
import loopback  # noqa: E402

BIG = "airlock_big"


def write_big(folder, megabytes):
    """Writes the big wheel. Its bytes are the same every time, and do not compress."""
    info = BIG + "-1.0.dist-info/"
    noise = random.Random(1)
    with zipfile.ZipFile(os.path.join(folder, BIG + "-1.0-py3-none-any.whl"), "w") as wheel:
        with wheel.open(BIG + "/data", "w") as data:
            for _ in range(megabytes):
                data.write(noise.randbytes(1 << 20))
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: airlock-big\nVersion: 1.0\nRequires-Python: >=3.6\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(info + "RECORD", "".join(name + ",,\n" for name in wheel.namelist() + [info + "RECORD"]))


def main(root, megabytes, projects):
    folder = os.path.join(root, "wheels")
    os.makedirs(folder)
    wanted = set(map(loopback.normalized, projects))
    for name, (path, _) in loopback.local_wheels(sys.stdin.read().splitlines()).items():
        if loopback.normalized(name.split("-")[0]) in wanted:
            os.symlink(path, os.path.join(folder, name))
    write_big(folder, megabytes)
    print("%d wheels" % loopback.write_tree(["wheels " + folder], root))


main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
