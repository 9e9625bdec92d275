"""Cuts the power at random moments, as far as a file system can tell.

    power.py [--cuts 100] [--seed 1]

The store is on ext4 in a file on XFS. While syncs and clients of a hybrid server write to it, that file is cloned at random
moments (FICLONE, what `cp --reflink` does, takes under a millisecond): the clone has what the file system had handed to its disk, and
nothing of what was in memory. Each clone is mounted, which replays its journal, and looked at: every file that was acknowledged before the
clone was begun has to be intact, and `airlock verify` to find nothing that counts. Beside the store a writer does without fsync, to show
that the cuts do lose what was not made durable. ext4 is mounted so that it helps as little as it can (noauto_da_alloc,
a commit a minute). Ends with 1 where something is wrong.
"""
import argparse
import contextlib
import fcntl
import hashlib
import os
import random
import threading
import time

import faults
import serving

PART = "power"
FICLONE = 0x40049409
PACE = 2 << 20
CONTROL = 64 << 10
DISK = 3 << 30
WRITERS = 3


class Careless(threading.Thread):
    """Writes files with a rename and no fsync, and notes since when each was there."""

    def __init__(self, folder, over):
        super().__init__(daemon=True)
        self._folder, self._over = folder, over
        self.since = {}
        os.makedirs(folder)

    def run(self):
        number = 0
        while not self._over.wait(0.2):
            number += 1
            target = os.path.join(self._folder, "%04d" % number)
            with open(target + ".tmp", "wb") as file:
                file.write(b"x" * CONTROL)
            os.rename(target + ".tmp", target)
            self.since[target] = time.monotonic()


class Writers:
    """Syncs one after the other into a store, each of another choice of wheels, and a server that clients use; until all is held."""

    def __init__(self, made, store, chance, facts):
        self.made, self.store, self.chance, self.facts = made, store, chance, facts
        self.acknowledged = faults.Acknowledged()

    def run(self, over):
        """Writes until the store is full or all is over."""
        with self.made.mirror(self.store) as mirror, \
                faults.Clients(self.made, mirror, self.acknowledged, WRITERS, seed=self.chance.randrange(1 << 30)) as clients:
            while not over.is_set() and len(self.acknowledged.before()) < len(self.made.wheels):
                self.made.preset("some", self.chance.sample(self.made.wheels, 12))
                sync = faults.Sync(self.made, self.store, "some", self.acknowledged, os.path.join(self.made.work, "sync.log"))
                self.facts.check(sync.end() == 0, "a sync ends with 0", sync.narration())
        self.facts.check(not clients.failures, "no client fails", clients.failures[:3])


def load(made, disk, chance, facts, stores, over):
    """Fills one store after the other. The ones before stay: they have to survive as well."""
    while not over.is_set():
        writers = Writers(made, os.path.join(disk, "store-%d" % len(stores)), chance, facts)
        stores.append(writers)
        writers.run(over)


def clone(image, target):
    """Clones a file: when that was begun."""
    with open(image, "rb") as source, open(target, "wb") as out:
        begun = time.monotonic()
        fcntl.ioctl(out.fileno(), FICLONE, source.fileno())
        return begun


def look(made, cut, begun, stores, careless, facts, counted):
    """Looks at what a cut left, mounted at `cut`."""
    when = "cut %d" % counted["cuts"]
    for number, writers in enumerate(stores):
        promised = writers.acknowledged.blobs_before(begun)
        store = os.path.join(cut, "store-%d" % number)
        if not promised or (number < len(stores) - 1 and stores[number + 1].acknowledged.before(begun) and counted["cuts"] % 10):
            continue  # one that was full long before is looked at now and then
        found = faults.inspect(store)
        facts.check(not found.wrong, "%s: every blob, entry and seal is right" % when, found.wrong[:5])
        lost = found.lost(made, writers.acknowledged, begun)
        facts.check(not lost, "%s: every acknowledged file is intact" % when, lost[:5])
        counted["acknowledged"] += len(promised)
        counted["torn"] += len(found.torn)
        code, said = made.run(store, "verify")
        # Pages, metadata and notes are written without waiting for the disk: a torn one counts as absent, and verify says so.
        facts.check(code == (5 if found.torn else 0), "%s: airlock verify finds what is torn, and nothing else" % when,
                    "%d torn documents, and it ended with %d: %s" % (len(found.torn), code, said[-2000:]))
        if found.torn and counted["cuts"] % 10 == 0:
            code, said = made.run(store, "repair", *made.asking())
            facts.check(code == 0, "%s: airlock repair mends it" % when, "%d: %s" % (code, said[-2000:]))
            said = faults.wrong_by_verify(made, store)
            facts.check(not said, "%s: airlock verify finds nothing after that" % when, said)
            counted["mended"] += 1
    for path, since in careless.since.items():
        if since < begun:
            here = os.path.join(cut, "careless", os.path.basename(path))
            counted["careless"] += 1
            intact = os.path.exists(here) and faults.file_digest(here) == counted["whole"]
            counted["careless lost"] += not intact


def main():
    """Cuts as often as is asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    faults.need_root(PART)
    faults.need(PART, "mkfs.xfs", "mkfs.ext4", "mount")
    chance, facts = random.Random(options.seed), serving.Facts()
    counted = dict.fromkeys(["cuts", "acknowledged", "torn", "mended", "careless", "careless lost"], 0)
    counted["whole"] = hashlib.sha256(b"x" * CONTROL).hexdigest()
    print("seed %d" % options.seed, flush=True)
    began = time.monotonic()
    with faults.world(seed=options.seed) as made, contextlib.ExitStack() as mounts:
        if not faults.can_loop(made.work):
            faults.skip(PART, "no file can be mounted here (no loop devices?)")
        made.pace(PACE)
        made.preset("some", made.wheels[:12])  # before a server starts: it says which index the projects come from
        below = faults.sparse(os.path.join(made.work, "xfs.img"), 2 * DISK)
        try:
            faults.quietly("mkfs.xfs", "-q", "-m", "reflink=1", below)
            xfs = mounts.enter_context(faults.mounted(os.path.join(made.work, "xfs"), "mount", "-o", "loop", below))
        except RuntimeError as wrong:
            faults.skip(PART, "no XFS with reflinks here: %s" % wrong)
        image = faults.sparse(os.path.join(xfs, "disk.img"), DISK)
        faults.quietly("mkfs.ext4", "-q", image)
        cuts, stores, over = [], [], threading.Event()
        with faults.mounted(os.path.join(made.work, "disk"), "mount", "-o", "loop,noauto_da_alloc,commit=60", image) as disk:
            careless = Careless(os.path.join(disk, "careless"), over)
            careless.start()
            loading = threading.Thread(target=load, args=(made, disk, chance, facts, stores, over))
            loading.start()
            time.sleep(3)
            for number in range(options.cuts):
                time.sleep(chance.uniform(0.05, 1))
                target = os.path.join(xfs, "cut-%d.img" % number)
                cuts.append((target, clone(image, target)))
            lasted = time.monotonic() - began
            over.set()
            loading.join()
            careless.join()
        for target, begun in cuts:
            counted["cuts"] += 1
            with faults.mounted(os.path.join(made.work, "cut"), "mount", "-o", "loop", target) as cut:
                look(made, cut, begun, stores, careless, facts, counted)
            os.unlink(target)
    faults.table("power cuts", [
        ("cuts", counted["cuts"]),
        ("stores written meanwhile", len(stores)),
        ("acknowledged files looked at, over all cuts", counted["acknowledged"]),
        ("pages, metadata and notes torn", counted["torn"]),
        ("stores mended by airlock repair, and verified", counted["mended"]),
        ("files written beside without fsync: lost of those there were, over all cuts",
         "%d of %d" % (counted["careless lost"], counted["careless"])),
        ("seconds of writing; all", "%.0f; %.0f" % (lasted, time.monotonic() - began)),
    ])
    facts.check(counted["acknowledged"] > 0, "something was acknowledged before a cut", "nothing")
    facts.check(counted["careless lost"] > 0, "the cuts lose what is not made durable", "they lost nothing: the test proves nothing")
    facts.end("")


if __name__ == "__main__":
    main()
