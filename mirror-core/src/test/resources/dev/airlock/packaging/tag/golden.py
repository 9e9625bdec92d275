# Writes golden.txt: the tags of some targets in the order of `packaging.tags`. A line `cp310-cp310-*` stands for a tag
# with each of the platforms above it, in their order.
from packaging import _manylinux, _musllinux, tags

TARGETS = [
    "cp37-manylinux_2_17_x86_64",
    "cp310-manylinux_2_35_x86_64",
    "cp310-manylinux_2_39_aarch64",
    "cp312-musllinux_1_2_x86_64",
    "cp312-musllinux_1_2_aarch64",
    "cp311-linux_x86_64",
    "cp311-macosx_14_0_arm64",
    "cp311-macosx_13_0_x86_64",
    "cp38-macosx_10_15_x86_64",
    "cp312-win_amd64",
    "cp313t-manylinux_2_28_x86_64",
    "cp314-manylinux_2_17_aarch64",
]


def platforms(platform):
    family, _, rest = platform.partition("_")
    if family == "manylinux":
        major, minor, arch = rest.split("_", 2)
        _manylinux._have_compatible_abi = lambda executable, archs: True
        _manylinux._get_glibc_version = lambda: (int(major), int(minor))
        return [*_manylinux.platform_tags([arch]), f"linux_{arch}"]
    if family == "musllinux":
        major, minor, arch = rest.split("_", 2)
        _musllinux._get_musl_version = lambda executable: _musllinux._MuslVersion(int(major), int(minor))
        return [*_musllinux.platform_tags([arch]), f"linux_{arch}"]
    if family == "macosx":
        major, minor, arch = rest.split("_", 2)
        return list(tags.mac_platforms((int(major), int(minor)), arch))
    return [platform]


for target in TARGETS:
    python, platform = target.split("-")
    digits = python[2:].rstrip("t")
    version = (int(digits[0]), int(digits[1:]))
    names = platforms(platform)
    abi = python + ("m" if version < (3, 8) else "")
    print("==", target)
    print("\n".join(names))
    found = [*tags.cpython_tags(version, [abi], names), *tags.compatible_tags(version, python.rstrip("t"), names)]
    position = 0
    while position < len(found):
        tag = found[position]
        run = [f"{tag.interpreter}-{tag.abi}-{name}" for name in names]
        if [str(other) for other in found[position:position + len(run)]] == run:
            print(f"{tag.interpreter}-{tag.abi}-*")
            position += len(run)
        else:
            print(tag)
            position += 1
