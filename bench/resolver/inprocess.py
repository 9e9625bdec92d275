"""Runs dev.airlock.bench.SolverBenchmark of bench/solver on presets made of the sets of sets.toml.

    inprocess.py --sources LINES [SET…]

LINES are "index FOLDER" or "wheels FOLDER", each on a line. The heap is 256 MB.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import loopback
import solvers

CLASSES = ("bench/solver/target/classes", "sync-tool/target/lib/*")


def main():
    """Measures all sets, or those that are named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sources", required=True)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    solvers.build_airlock()
    java = os.path.join(os.environ["JAVA25_HOME"], "bin", "java") if "JAVA25_HOME" in os.environ else "java"
    with tempfile.TemporaryDirectory(prefix="airlock-inprocess-") as work:
        tree, presets = os.path.join(work, "tree"), os.path.join(work, "presets")
        loopback.write_tree(options.sources.splitlines(), tree)
        with loopback.served(tree, work) as (address, _):
            pythons = {}
            for wanted in solvers.read_sets()[1]:
                if options.names and wanted.name not in options.names:
                    continue
                if wanted.python not in pythons:
                    pythons[wanted.python] = solvers.interpreter(wanted.python, address, work)
                if pythons[wanted.python]:
                    solvers.write_preset(wanted, pythons[wanted.python], os.path.join(presets, wanted.name))
            path = os.pathsep.join(os.path.join(solvers.ROOT, each) for each in CLASSES)
            sys.exit(subprocess.run([java, "-Xmx256m", "-cp", path, "dev.airlock.bench.SolverBenchmark", address, presets]).returncode)


if __name__ == "__main__":
    main()
