"""Two syncs, a hybrid server under load and gc on one store, with processes that are stopped at random.

    soak.py [--seconds 600] [--stop 60] [--grace 20] [--seed 1]

Two callers sync presets that overlap, each time with other requirements, and remove one now and then. Clients fetch through the
server all the time. gc runs again and again with a short grace, so that it really deletes. One process or another gets SIGSTOP, and SIGCONT
after at most --stop seconds, which should be more than the grace: then what a stopped process has in hand is deleted meanwhile. A client has a right to a 200 with the right bytes of everything that the upstream has; a 503 with Retry-After is asked again.
At the end every blob, entry and seal has to be right, `airlock verify` to find nothing, and `airlock check` to prove every
preset whose last sync ended with 0; after one more gc without grace the same. Ends with 1 where something is wrong.
"""
import argparse
import collections
import contextlib
import os
import random
import signal
import subprocess
import threading
import time

import faults
import serving

PACE = 3 << 20
CLIENTS = 6


class Running:
    """The processes that may be stopped."""

    def __init__(self):
        self._lock = threading.Lock()
        self._processes = {}

    @contextlib.contextmanager
    def one(self, name, process):
        """This one may be stopped while the context lasts."""
        with self._lock:
            self._processes[process.pid] = (name, process)
        try:
            yield process
        finally:
            with self._lock:
                del self._processes[process.pid]

    def signal_one(self, chance, number):
        """Sends a signal to one of them: its name and process; None where there is none."""
        with self._lock:
            alive = sorted((name, pid) for pid, (name, process) in self._processes.items() if process.poll() is None)
            if not alive:
                return None
            name, pid = chance.choice(alive)
            process = self._processes[pid][1]
            process.send_signal(number)
            return name, process


class Soak:
    """The store, who works on it, and what came of that."""

    def __init__(self, made, options, facts):
        self.made, self.options, self.facts = made, options, facts
        self.store = os.path.join(made.work, "store")
        self.over = threading.Event()
        self.running = Running()
        self.published = set()
        self.counted = collections.Counter()
        self.stopped = collections.Counter()
        self.longest_stop = 0.0
        self.freed = 0

    def tool(self, name, *arguments):
        """Runs the tool, which may be stopped meanwhile: (exit code, all it said)."""
        process = self.made.start(self.store, *arguments, stderr=subprocess.STDOUT)
        with self.running.one(name, process):
            said, _ = process.communicate()
        return process.returncode, said

    def synchronise(self, presets, chance):
        """Syncs one preset or the other with a new choice, and removes one now and then."""
        while not self.over.is_set():
            preset = chance.choice(presets)
            if preset in self.published and chance.random() < 0.25:
                self.published.discard(preset)
                code, said = self.tool("rm", "rm", preset)
                self.counted["rm"] += 1
                self.facts.check(code == 0, "rm ends with 0", "%d: %s" % (code, said[-2000:]))
                continue
            self.made.preset(preset, chance.sample(self.made.wheels, len(self.made.wheels) // 3))
            code, said = self.tool("sync", *self.made.sync_arguments(preset))
            self.counted["sync"] += 1
            self.facts.check(code == 0, "a sync ends with 0", "%d: %s" % (code, said[-2000:]))
            if code == 0:
                self.published.add(preset)

    def collect(self):
        """Collects again and again."""
        while not self.over.wait(1):
            before = blob_names(self.store)
            code, said = self.tool("gc", "gc", "--unlocked", "--grace", "%ds" % self.options.grace)
            self.counted["gc"] += 1
            self.freed += len(before - blob_names(self.store))
            self.facts.check(code == 0, "gc ends with 0", "%d: %s" % (code, said[-2000:]))

    def stop(self, chance):
        """Stops one process after the other for a while; short stops are the many."""
        while not self.over.wait(chance.uniform(0.1, 2)):
            found = self.running.signal_one(chance, signal.SIGSTOP)
            if not found:
                continue
            name, process = found
            lasts = self.options.stop * chance.random() ** 2
            self.over.wait(lasts)
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
            self.stopped[name] += 1
            self.longest_stop = max(self.longest_stop, lasts)

    def run(self):
        """Lets all of it happen: the clients."""
        seed = self.options.seed
        for preset in ("a", "b", "c", "d"):  # before the server starts: they say which index the projects come from
            self.made.preset(preset, self.made.wheels[:10])
        with self.made.mirror(self.store) as mirror, self.running.one("serve", mirror.process):
            threads = [threading.Thread(target=self.synchronise, args=(["a", "b"], random.Random(seed + 1))),
                       threading.Thread(target=self.synchronise, args=(["c", "d"], random.Random(seed + 2))),
                       threading.Thread(target=self.collect),
                       threading.Thread(target=self.stop, args=(random.Random(seed + 3),)),
                       threading.Thread(target=self.stop, args=(random.Random(seed + 4),))]
            with faults.Clients(self.made, mirror, faults.Acknowledged(), CLIENTS, patience=120 + 2 * self.options.stop, seed=seed) as clients:
                for each in threads:
                    each.start()
                time.sleep(self.options.seconds)
                self.over.set()
                for each in threads:
                    each.join()
            narration = "\n".join(line for line in mirror.narration().splitlines() if "INFO: fetched" not in line)
        return clients, narration

    def end_with_a_preset(self):
        """Syncs one where all were removed just now, so that there is something to check."""
        if not self.published:
            code, said = self.tool("sync", *self.made.sync_arguments("a"))
            self.facts.check(code == 0, "a sync at the end ends with 0", "%d: %s" % (code, said[-2000:]))
            self.published.add("a")

    def look(self, when):
        """Looks at the store when all is over."""
        found = faults.inspect(self.store)
        self.facts.check(not found.wrong + found.torn, "%s: every blob, entry and seal is right" % when, (found.wrong + found.torn)[:5])
        said = faults.wrong_by_verify(self.made, self.store)
        self.facts.check(not said, "%s: airlock verify finds nothing" % when, said)
        for preset in sorted(self.published):
            code, told = self.made.run(self.store, "check", preset)
            self.facts.check(code == 0, "%s: airlock check proves %s" % (when, preset), "%d: %s" % (code, told[-2000:]))


def blob_names(store):
    """The names of all blobs."""
    return {name for _, _, names in os.walk(os.path.join(store, "blobs")) for name in names}


def main():
    """Soaks for as long as is asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--stop", type=float, default=60)
    parser.add_argument("--grace", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print("seed %d" % options.seed, flush=True)
    facts = serving.Facts()
    with faults.world(projects=90, largest=2 << 20, seed=options.seed) as made:
        made.pace(PACE)
        soak = Soak(made, options, facts)
        clients, narration = soak.run()
        facts.check(not clients.failures, "no client fails that has a right to succeed", clients.failures[:5])
        facts.check(clients.files > 0, "clients get files", "none")
        facts.check(sum(soak.stopped.values()) > 0, "processes are stopped", "none was: the test proves nothing")
        facts.check(soak.freed > 0, "gc takes blobs away meanwhile", "it took none: the test proves nothing")
        soak.end_with_a_preset()
        facts.check(soak.published, "there is a preset to check at the end", "none")
        soak.look("at the end")
        code, said = made.run(soak.store, "gc", "--unlocked", "--grace", "0")
        facts.check(code == 0, "gc without grace ends with 0", said[-2000:])
        soak.look("after a gc without grace")
    faults.table("soak", [
        ("seconds; the longest stop; gc's grace", "%d; %.0f s; %d s" % (options.seconds, soak.longest_stop, options.grace)),
        ("runs", ", ".join("%s %d" % each for each in sorted(soak.counted.items()))),
        ("stops", ", ".join("%s %d" % each for each in sorted(soak.stopped.items()))),
        ("blobs that gc took away", soak.freed),
        ("complete downloads; bytes", "%d; %d MB" % (clients.files, clients.bytes >> 20)),
        ("answers", ", ".join("%d: %d" % each for each in sorted(clients.answers.items()))),
        ("failed clients", len(clients.failures)),
        ("longest page and file", "%.0f s" % clients.longest),
        ("presets checked at the end", len(soak.published)),
    ])
    facts.end(narration)


if __name__ == "__main__":
    main()
