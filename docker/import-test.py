"""Imports modules and says which versions came; fails, naming each, if one cannot be imported.

import-test.py [MODULE…]    the modules; else those in $AIRLOCK_IMPORT_TEST, separated by blanks or commas;
                            else those of torch, numpy, scipy, sklearn that are installed (at least one)
"""
import importlib
import importlib.util
import os
import sys
import time

DEFAULT = ["torch", "numpy", "scipy", "sklearn"]

wanted = sys.argv[1:] or os.environ.get("AIRLOCK_IMPORT_TEST", "").replace(",", " ").split()
if not wanted:
    for name in DEFAULT:
        if importlib.util.find_spec(name) is None:
            print("import-test: %s is not installed" % name)
        else:
            wanted.append(name)

failures = []
modules = {}
for name in wanted:
    start = time.time()
    try:
        modules[name] = importlib.import_module(name)
    except BaseException as e:
        failures.append("%s: %s: %s" % (name, type(e).__name__, e))
    else:
        version = getattr(modules[name], "__version__", "(no version)")
        print("import-test: %s %s in %.1f s" % (name, version, time.time() - start))

# A torch that was built for another major version of numpy imports well and fails here.
torch, numpy = modules.get("torch"), modules.get("numpy")
if hasattr(torch, "from_numpy") and hasattr(numpy, "ones"):
    try:
        assert float(torch.from_numpy(numpy.ones(3)).sum()) == 3.0
        print("import-test: torch and numpy work together")
    except Exception as e:
        failures.append("torch with numpy: %s: %s" % (type(e).__name__, e))

if not wanted:
    failures.append("nothing to import")
for failure in failures:
    print("import-test: FAILED %s" % failure, file=sys.stderr)
print("import-test: %d of %d imported" % (len(modules), len(wanted)))
sys.exit(1 if failures else 0)
