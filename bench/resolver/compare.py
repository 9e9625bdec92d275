"""Measures how long Airlock and pip take for the sets of sets.toml, as whole processes, side by side.

    compare.py --sources LINES [--pairs N] [--json FILE] [SET…]

Both ask the same index on loopback, which has metadata beside each wheel. One pair is a run of each, one after the other,
cold (an empty store; --no-cache-dir) and warm (the store, and pip's HTTP cache, of an earlier run); which goes first
alternates. A ratio is pip's time by ours; figures are medians. LINES are "index FOLDER" or "wheels FOLDER", each on a line.
"""
import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import loopback
import solvers


def measured(command, environment):
    """Seconds of wall clock and of processor that a command takes, which has to end with 0 or 1."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    code = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code not in (0, 1):
        raise RuntimeError("%s ended with %d" % (command, code))
    return took, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def pairs_of(wanted, python, folder, address, work, count):
    """The times of a set: for cold and warm, pairs of (ours, theirs), each (wall, processor) in seconds."""
    home, store = os.path.join(work, "home"), os.path.join(work, "store")
    ours = (solvers.airlock_command(folder, address, store), solvers.airlock_environment(home))
    theirs = (solvers.pip_command(wanted, python, folder, address), solvers.clean_environment(home))
    uncached = (solvers.pip_command(wanted, python, folder, address, "--no-cache-dir"), theirs[1])
    measured(*theirs)  # fills pip's cache
    times = {"cold": [], "warm": []}
    for number in range(count):
        for kind, other in (("cold", uncached), ("warm", theirs)):
            if kind == "cold":
                shutil.rmtree(store, ignore_errors=True)
            if number % 2:
                second = measured(*other)
                times[kind].append((measured(*ours), second))
            else:
                times[kind].append((measured(*ours), measured(*other)))
    return times


def summary(pairs):
    """Medians of pairs: seconds of wall clock and processor of each, and the ratios."""
    wall = [(ours[0], theirs[0]) for ours, theirs in pairs]
    processor = [(ours[1], theirs[1]) for ours, theirs in pairs]
    median = statistics.median
    return {"airlock": median(ours for ours, _ in wall), "pip": median(theirs for _, theirs in wall),
            "ratio": median(theirs / ours for ours, theirs in wall),
            "airlock_cpu": median(ours for ours, _ in processor), "pip_cpu": median(theirs for _, theirs in processor),
            "cpu_ratio": median(theirs / ours for ours, theirs in processor)}


def main():
    """Measures all sets, or those that are named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sources", required=True)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--json")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    sets = [each for each in solvers.read_sets()[1] if not options.names or each.name in options.names]
    if not sets:
        sys.exit("no set of sets.toml is named %s" % " or ".join(options.names))
    solvers.build_airlock()
    results = {}
    with tempfile.TemporaryDirectory(prefix="airlock-compare-") as work:
        loopback.write_tree(options.sources.splitlines(), os.path.join(work, "tree"))
        with loopback.served(os.path.join(work, "tree"), work) as (address, server):
            pythons = {minor: solvers.interpreter(minor, address, work) for minor in sorted({each.python for each in sets})}
            print("served by %s; seconds, and pip's time by ours: cold wall, warm wall, (cold, warm) processor" % server)
            for wanted in sets:
                if pythons[wanted.python] is None:
                    print("SKIPPED: %s, there is no Python %s here" % (wanted.name, wanted.python))
                    continue
                folder = os.path.join(work, "presets", wanted.name)
                solvers.write_preset(wanted, pythons[wanted.python], folder)
                times = pairs_of(wanted, pythons[wanted.python], folder, address, work, options.pairs)
                found = {kind: summary(pairs) for kind, pairs in times.items()}
                results[wanted.name] = found
                print("%-26s" % wanted.name, *("%s %.2f : %.2f = %.2f" % (kind, each["airlock"], each["pip"], each["ratio"])
                                               for kind, each in found.items()),
                      "(%.2f, %.2f)" % (found["cold"]["cpu_ratio"], found["warm"]["cpu_ratio"]), sep="  ", flush=True)
    overall = {kind: {key: statistics.median(each[kind][key] for each in results.values()) for key in ("ratio", "cpu_ratio")}
               for kind in ("cold", "warm")}
    print("all %d sets, median of medians: cold %.2f, warm %.2f; processor: cold %.2f, warm %.2f"
          % (len(results), overall["cold"]["ratio"], overall["warm"]["ratio"],
             overall["cold"]["cpu_ratio"], overall["warm"]["cpu_ratio"]))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"pairs": options.pairs, "overall": overall, "sets": results}, file, indent=1)


if __name__ == "__main__":
    main()
