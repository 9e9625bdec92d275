"""Asks Airlock and pip for the solution of every set of sets.toml, from the same index, and compares the wheels they choose.

    agree.py --sources LINES [SET…]

A difference has to be explained in sets.toml, by a named rule and by what each chooses. One that is not explained, or an
explanation that is not needed any more, fails. LINES are "index FOLDER" or "wheels FOLDER", each on a line.
"""
import argparse
import concurrent.futures
import os
import sys
import tempfile

import loopback
import solvers


def difference(ours, theirs):
    """What the two answers do not share: who -> wheels, or "none" where there is no solution. Empty when they agree."""
    if ours.solved != theirs.solved:
        return {"airlock": outcome(ours), "pip": outcome(theirs)}
    mine, other = set(ours.wheels.values()), set(theirs.wheels.values())
    return {} if mine == other else {"airlock": sorted(mine - other), "pip": sorted(other - mine)}


def outcome(answer):
    """Solved or not, in a word."""
    return ["a solution"] if answer.solved else ["none"]


def judged(wanted, ours, theirs):
    """What is wrong with a set; nothing when the answers agree, or differ just as explained."""
    found = difference(ours, theirs)
    explained = {key: value for key, value in wanted.differs.items() if key != "rule"}
    if found and not explained:
        return "differs: %s" % found
    if explained and not found:
        return "is explained by '%s', and does not differ any more" % wanted.differs["rule"]
    if found != explained:
        return "differs otherwise than explained: %s, not %s" % (found, explained)
    if not found and ours.solved != wanted.solvable:
        return "is said to be %s; both say otherwise" % ("solvable" if wanted.solvable else "unsolvable")
    return ""


def main():
    """Compares all sets, or those that are named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sources", required=True)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    rules, sets = solvers.read_sets()
    unknown = {each.differs["rule"] for each in sets if each.differs} - set(rules)
    if unknown:
        sys.exit("sets.toml names rules that it does not state: %s" % sorted(unknown))
    wrong, compared, wheels = [], 0, 0
    solvers.build_airlock()
    with tempfile.TemporaryDirectory(prefix="airlock-agree-") as work, concurrent.futures.ThreadPoolExecutor(1) as both:
        loopback.write_tree(options.sources.splitlines(), os.path.join(work, "tree"))
        with loopback.served(os.path.join(work, "tree"), work) as (address, _):
            pythons = {}
            for wanted in sets:
                if options.names and wanted.name not in options.names:
                    continue
                if wanted.python not in pythons:
                    pythons[wanted.python] = solvers.interpreter(wanted.python, address, work)
                python = pythons[wanted.python]
                if python is None:
                    print("SKIPPED: %s, there is no Python %s here" % (wanted.name, wanted.python))
                    continue
                folder = os.path.join(work, "presets", wanted.name)
                solvers.write_preset(wanted, python, folder)
                # Side by side: each has a processor of its own on the smallest machine this runs on.
                own = both.submit(solvers.airlock_answer, folder, address, work)
                theirs = solvers.pip_answer(wanted, python, folder, address, work)
                ours = own.result()
                trouble = judged(wanted, ours, theirs)
                compared += 1
                wheels += len(ours.wheels)
                if trouble:
                    wrong.append(wanted.name)
                    print("%s %s" % (wanted.name, trouble), flush=True)
                    for answer in (ours, theirs):
                        if not answer.solved:
                            print("    " + answer.reason.strip().replace("\n", "\n    "))
            used = sorted({"%s on Python %s" % (each.pip, each.version) for each in pythons.values() if each})
    explained = sum(1 for each in sets if each.differs)
    print("%d sets compared with pip %s; %d wheels; %d differences explained; %d wrong"
          % (compared, ", ".join(used), wheels, explained, len(wrong)))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
