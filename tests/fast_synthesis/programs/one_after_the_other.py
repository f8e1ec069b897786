"""Runs the other programs in one process, so that the bindings are imported once: OUTDIR [CONFIGURATION…]."""

import runpy
import sys
from pathlib import Path

OUT, CONFIGURATIONS = Path(sys.argv[1]), sys.argv[2:]
for name, words in (("configurations", CONFIGURATIONS), ("much_of_cdktf", []), ("wrong_calls", [])):
    sys.argv = [name, str(OUT / name), *words]
    runpy.run_path(str(Path(__file__).with_name(f"{name}.py")), run_name="__main__")
