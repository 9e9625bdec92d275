"""Runs the same tests on every file system.

    filesystems.py [ext4] [tmpfs] [btrfs] [overlay] [exfat]

The tests of the store and of what is built on it (TESTS) make their directories where java.io.tmpdir says; that is each
file system in turn. Then a trip there: a sync, a look at every byte, `airlock verify`, a server that gives out every file, and a sync that is killed and begun
again. Ends with 1 where something is wrong.
"""
import argparse
import contextlib
import glob
import hashlib
import os
import subprocess
import sys
import time
import xml.etree.ElementTree

import faults
import serving

PART = "filesystems"
TESTS = ["dev/airlock/files/*Test", "dev/airlock/store/*Test", "dev/airlock/catalog/*Test", "dev/airlock/ledger/*Test",
         "dev/airlock/fetch/*Test", "dev/airlock/sync/*Test", "dev/airlock/upkeep/*Test"]
SIZE = 512 << 20
BAKED = "baked"
# The command that makes it, and the one that mounts it; IMAGE is a file, LOOP a loop device of that file.
KINDS = {
    "ext4": (["mkfs.ext4", "-q", "IMAGE"], ["mount", "-o", "loop", "IMAGE"]),
    "tmpfs": (None, ["mount", "-t", "tmpfs", "-o", "size=%d" % SIZE, "tmpfs"]),
    "btrfs": (["mkfs.btrfs", "-q", "IMAGE"], ["mount", "-o", "loop", "IMAGE"]),
    "overlay": (None, None),
    "exfat": (["mkfs.exfat", "IMAGE"], ["mount.exfat-fuse", "LOOP"]),
}


def overlay(work, stack, made, facts):
    """Mounts an overlay whose layers are on a tmpfs. A store lies in the lower one, as in an image that it was baked into."""
    layers = stack.enter_context(faults.mounted(os.path.join(work, "layers"), "mount", "-t", "tmpfs", "-o", "size=%d" % SIZE, "tmpfs"))
    for name in ("lower", "upper", "work"):
        os.mkdir(os.path.join(layers, name))
    code, said = made.sync(os.path.join(layers, "lower", BAKED), "small")
    facts.check(code == 0, "overlay: a sync into the lower layer ends with 0", said)
    options = "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work" % (layers, layers, layers)
    return stack.enter_context(faults.mounted(os.path.join(work, "overlay"), "mount", "-t", "overlay", "-o", options, "overlay"))


def mount(work, kind, stack, made, facts):
    """Mounts a new file system of a kind: where. RuntimeError says why that cannot be done here."""
    if kind == "overlay":
        return overlay(work, stack, made, facts)
    make, how = KINDS[kind]
    if make:
        image = faults.sparse(os.path.join(work, kind + ".img"), SIZE)
        stack.callback(os.unlink, image)
        faults.quietly(*[image if word == "IMAGE" else word for word in make])
        if "LOOP" in how:
            found = subprocess.run(["losetup", "-f", "--show", image], stdout=subprocess.PIPE, text=True, check=False)
            if found.returncode:
                raise RuntimeError("no loop device")
            loop = found.stdout.strip()
            stack.callback(faults.quietly, "losetup", "-d", loop)
            how = [loop if word == "LOOP" else word for word in how]
        how = [image if word == "IMAGE" else word for word in how]
    return stack.enter_context(faults.mounted(os.path.join(work, kind), *how))


def run_tests(point, facts, kind):
    """Runs the tests with their directories there: how many there were, and how many of these were skipped."""
    reports = os.path.join(serving.ROOT, "mirror-core", "target", "surefire-reports")
    for old in glob.glob(os.path.join(reports, "TEST-*.xml")):
        os.unlink(old)
    done = subprocess.run(["mvn", "-q", "-B", "validate", "surefire:test", "-pl", "mirror-core", "-Dtest=" + ",".join(TESTS),
                           "-Dsurefire.failIfNoSpecifiedTests=false"],
                          cwd=serving.ROOT, env={**os.environ, "JAVA_TOOL_OPTIONS": "-Djava.io.tmpdir=" + point},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    count, skipped, failed = 0, 0, []
    for report in glob.glob(os.path.join(reports, "TEST-*.xml")):
        suite = xml.etree.ElementTree.parse(report).getroot()
        count += int(suite.get("tests"))
        skipped += int(suite.get("skipped"))
        for case in suite.iter("testcase"):
            failed += ["%s.%s: %s" % (case.get("classname"), case.get("name"), why.text[:500])
                       for why in (*case.findall("error"), *case.findall("failure"))]
    facts.check(done.returncode == 0, "%s: the tests pass" % kind, "\n".join(failed[:10] or [done.stdout[-4000:]]))
    facts.check(count > 0, "%s: there are tests" % kind, "none ran")
    return count, skipped


def trip(made, store, facts, kind):
    """A sync, one that is killed and begun again, verify, and a server."""
    promised = faults.Acknowledged()
    sync = faults.Sync(made, store, "small", promised, os.path.join(made.work, "sync.log"))
    facts.check(sync.end() == 0, "%s: a sync ends with 0" % kind, sync.narration())
    made.pace(1 << 20)
    sync = faults.Sync(made, store, "large", promised, os.path.join(made.work, "sync.log"))
    until = time.monotonic() + 60
    while time.monotonic() < until and sync.process.poll() is None and not promised.blobs_before() - promised.before():
        time.sleep(0.01)
    sync.process.kill()
    sync.end()
    made.pace(0)
    for when in ("after a kill", "after the next sync"):
        found = faults.inspect(store)
        facts.check(not found.wrong + found.torn + found.lost(made, promised), "%s: all is right %s" % (kind, when),
                    (found.wrong + found.torn)[:5])
        said = faults.wrong_by_verify(made, store)
        facts.check(not said, "%s: airlock verify finds nothing %s" % (kind, when), said)
        sync = faults.Sync(made, store, "large", promised, os.path.join(made.work, "sync.log"))
        facts.check(sync.end() == 0, "%s: the sync goes on" % kind, sync.narration())
    with made.mirror(store) as mirror:
        for wheel in made.wheels:
            status, _, body = faults.answer(mirror, mirror.path_of(wheel))
            facts.check(status == 200 and hashlib.sha256(body).hexdigest() == wheel.sha256, "%s: the server has it" % kind, (wheel.filename, status))
    return len(made.wheels)


def baked(made, store, facts):
    """The same for a store of the lower layer; then what came with it is collected, asked for again, and removed."""
    kind = "overlay, a store of the lower layer"
    trip(made, store, facts, kind)
    for claim in glob.glob(os.path.join(store, "partial", "claims", "*")):
        os.utime(claim, (0, time.time() - 3600))  # the killed sync's, which counts for 15 minutes after its last touch
    for what in (["rm", "large"], ["rm", "small"], ["gc", "--grace", "1s"], made.sync_arguments("small"), ["rm", "small"], ["gc", "--grace", "0"]):
        time.sleep(2 if what[0] == "gc" else 0)  # for the grace
        code, said = made.run(store, *what)
        facts.check(code == 0, "%s: %s ends with 0" % (kind, " ".join(what[:2])), said)
    found = faults.inspect(store)
    facts.check(not found.wrong + found.torn, "%s: all is right after gc" % kind, (found.wrong + found.torn)[:5])
    left = [wheel.filename for wheel in made.wheels if wheel.sha256 in found.blobs]
    facts.check(not left, "%s: gc takes every file" % kind, left[:5])


def main():
    """Goes through the file systems."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kinds", nargs="*", metavar="NAME")
    kinds = parser.parse_args().kinds or list(KINDS)
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        parser.error("there is no %s; there are %s" % (", ".join(unknown), ", ".join(KINDS)))
    faults.need_root(PART)
    faults.need(PART, "mvn", "mount")
    facts, rows = serving.Facts(), []
    with faults.world(projects=24, largest=1 << 20) as made:
        made.preset("small", made.wheels[:8])
        made.preset("large", made.wheels)
        subprocess.run(["mvn", "-q", "-B", "test-compile", "-pl", "mirror-core"], cwd=serving.ROOT, check=True)
        for kind in kinds:
            began = time.monotonic()
            with contextlib.ExitStack() as stack:
                try:
                    point = mount(made.work, kind, stack, made, facts)
                except (RuntimeError, FileNotFoundError) as impossible:
                    print("SKIPPED: filesystems: %s: %s" % (kind, impossible), file=sys.stderr, flush=True)
                    rows.append((kind, "skipped: it cannot be mounted here"))
                    continue
                count, skipped = run_tests(point, facts, kind)
                files = trip(made, os.path.join(point, "store"), facts, kind)
                if kind == "overlay":
                    baked(made, os.path.join(point, BAKED), facts)
            rows.append((kind, "%d tests, %d of them skipped; %d files synced, interrupted, verified and served; %.0f s"
                         % (count, skipped, files, time.monotonic() - began)))
    faults.table("file systems", rows)
    facts.end("")


if __name__ == "__main__":
    main()
