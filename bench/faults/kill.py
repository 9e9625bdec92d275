"""Ends Airlock's programs by SIGKILL at random moments.

    kill.py [--moments 300] [--seed 1]

First a sync in a store that has a complete preset, as soon as there is a part of a file. Then a third of the moments each: a sync; a hybrid server under load; both on one store, of which one or both are killed. After each moment, and
after what was not killed has come to its end: a look at every byte of the store, `airlock verify`, everything that was ever
acknowledged in that store, and a server that has to be ready, and to give out an acknowledged file without
its upstream. A sync that ends before its moment does not count. A store that has nearly everything is put aside for an empty one. Ends with 1 where something is wrong.
"""
import argparse
import collections
import contextlib
import os
import random
import shutil
import signal
import time

import faults
import serving

PACE = 600 << 10  # bytes a second of each file, so that a sync takes some seconds
READY = 10  # seconds that a restart may take
ENOUGH = 0.8  # of all wheels: then there is too little left to interrupt


class Stage:
    """The store of now, and what was acknowledged in it."""

    def __init__(self, made):
        self._made = made
        self._count = 0
        self.renew()

    def renew(self):
        """Begins with an empty store."""
        self._count += 1
        self.store = os.path.join(self._made.work, "store-%d" % self._count)
        self.acknowledged = faults.Acknowledged()

    def renew_when_full(self):
        """Begins afresh when there is too little left to fetch."""
        if len(self.acknowledged.before()) >= ENOUGH * len(self._made.wheels):
            shutil.rmtree(self.store)
            self.renew()

    @property
    def count(self):
        """How many stores there were."""
        return self._count


def kill(process):
    """Ends a process as no program can prevent."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def moment(made, stage, chance, kind, longest, facts, counted):
    """Runs something, and kills it: what was killed."""
    victims = {"sync": ["sync"], "serve": ["server"]}.get(kind) or chance.choice([["sync"], ["server"], ["server", "sync"]])
    with contextlib.ExitStack() as ends:
        sync = clients = mirror = None
        if kind != "sync":
            mirror = ends.enter_context(made.mirror(stage.store))
            counted["ready"].append(mirror.took)
            clients = ends.enter_context(
                faults.Clients(made, mirror, stage.acknowledged, patience=30, seed=chance.randrange(1 << 30)))
        if kind != "serve":
            sync = faults.Sync(made, stage.store, chance.choice(["left", "right"]), stage.acknowledged,
                               os.path.join(made.work, "sync.log"))
        time.sleep(chance.uniform(0.05, longest))
        killed = time.monotonic()
        processes = {"sync": sync.process if sync else None, "server": mirror.process if mirror else None}
        alive = [name for name in victims if processes[name].poll() is None]
        for name in alive:
            kill(processes[name])
        if sync and sync.end() not in (0, -signal.SIGKILL):
            facts.check(False, "a sync ends with 0 unless it is killed", sync.narration())
        if mirror and "server" not in alive:
            facts.check(faults.answer(mirror, "/ready")[0] == 200, "the server that was not killed is ready", "it is not")
            killed = float("inf")
    if clients:
        failures = clients.failures_before(killed)
        facts.check(not failures, "no client fails while the server is there", failures[:3])
        counted["files"] += clients.files
    return alive


def first(made, stage, facts):
    """Completes a preset, and kills a second sync as soon as it has written a part: the seconds of the first one."""
    log = os.path.join(made.work, "sync.log")
    started = time.monotonic()
    sync = faults.Sync(made, stage.store, "left", stage.acknowledged, log)
    facts.check(sync.end() == 0, "a sync that nobody kills ends with 0", sync.narration())
    took = time.monotonic() - started
    sync = faults.Sync(made, stage.store, "right", stage.acknowledged, log)
    parts = os.path.join(stage.store, "partial")
    until = time.monotonic() + 60
    while time.monotonic() < until and sync.process.poll() is None and not any(name.endswith(".part") for name in os.listdir(parts)):
        time.sleep(0.001)
    kill(sync.process)
    facts.check(sync.end() == -signal.SIGKILL, "the sync is killed in mid-transfer", sync.narration())
    return took


def look(made, stage, facts, counted, when):
    """Looks at the store, which nobody has open."""
    if not os.path.exists(os.path.join(stage.store, "airlock-store.json")):
        facts.check(not stage.acknowledged.before(), "%s: the store is there" % when, "it is not")
        counted["before there was a store"] += 1
        return
    found = faults.inspect(stage.store)
    facts.check(not found.wrong, "%s: every blob, entry and seal is right" % when, found.wrong[:5])
    facts.check(not found.torn, "%s: no document is torn, for no power was cut" % when, found.torn[:5])
    lost = found.lost(made, stage.acknowledged)
    facts.check(not lost, "%s: nothing acknowledged is lost" % when, lost[:5])
    counted["left something behind"] += found.left > 0
    said = faults.wrong_by_verify(made, stage.store)
    facts.check(not said, "%s: airlock verify finds nothing" % when, said)


def restart(made, stage, chance, facts, counted, when):
    """A server has to be ready soon, and to give out what was acknowledged without asking for it."""
    with made.mirror(stage.store) as mirror:
        counted["ready"].append(mirror.took)
        names = sorted(stage.acknowledged.before())
        if names:
            wheel = made.named[chance.choice(names)]
            asked = len(made.upstream.requests_for(wheel))
            status, headers, body = faults.answer(mirror, mirror.path_of(wheel))
            facts.check((status, headers.get("X-Airlock-Source")) == (200, "store") and len(body) == wheel.size,
                        "%s: an acknowledged file comes from the store" % when, (status, dict(headers)))
            facts.check(len(made.upstream.requests_for(wheel)) == asked, "%s: the upstream is not asked for it" % when,
                        made.upstream.requests_for(wheel))


def main():
    """Kills as often as is asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--moments", type=int, default=300)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    chance, facts = random.Random(options.seed), serving.Facts()
    counted = collections.defaultdict(int, ready=[], killed=collections.Counter())
    print("seed %d" % options.seed, flush=True)
    began = time.monotonic()
    with faults.world(seed=options.seed) as made:
        made.preset("left", made.wheels[:32])
        made.preset("right", made.wheels[16:])
        made.pace(PACE)
        stage = Stage(made)
        longest = 1.1 * first(made, stage, facts)
        look(made, stage, facts, counted, "in mid-transfer")
        restart(made, stage, chance, facts, counted, "in mid-transfer")
        counted["acknowledged"] += len(stage.acknowledged.before())
        shutil.rmtree(stage.store)
        stage.renew()
        number = 0
        while number < options.moments:
            when = "moment %d" % (number + 1)
            alive = moment(made, stage, chance, ["sync", "serve", "both"][number % 3], longest, facts, counted)
            if alive:
                counted["killed"][" and ".join(alive)] += 1
                number += 1
            else:
                counted["too late"] += 1
            look(made, stage, facts, counted, when)
            if stage.acknowledged.before():
                restart(made, stage, chance, facts, counted, when)
            counted["acknowledged"] += len(stage.acknowledged.before())
            stage.renew_when_full()
    faults.table("kill -9", [
        ("moments, besides one in mid-transfer", options.moments),
        ("killed", ", ".join("%s %d" % each for each in sorted(counted["killed"].items()))),
        ("besides: syncs that ended before their moment", counted["too late"]),
        ("stores begun", stage.count),
        ("moments that left a part or a temporary file", counted["left something behind"]),
        ("acknowledged files looked at, over all moments", counted["acknowledged"]),
        ("complete downloads by clients", counted["files"]),
        ("restarts: median, longest until ready", "%.1f s, %.1f s" % (faults.middle(counted["ready"]), max(counted["ready"]))),
        ("took", "%.0f s" % (time.monotonic() - began)),
    ])
    facts.check(counted["acknowledged"] > 0, "something was acknowledged before a moment", "nothing")
    facts.check(counted["left something behind"] > 0, "a moment leaves a part or a temporary file", "none did: the test proves nothing")
    facts.check(max(counted["ready"]) < READY, "every restart is ready within %d s" % READY, "%.1f s" % max(counted["ready"]))
    facts.end("")


if __name__ == "__main__":
    main()
