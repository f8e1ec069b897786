"""Synthesizes the default configuration and others in one process: configurations.py OUTDIR [FILE…]."""

import os
import sys
from pathlib import Path

CHECKOUT = Path(os.environ["CHECKOUT"])
REFERENCE = CHECKOUT / "tests" / "reference"
sys.path[:0] = [str(CHECKOUT / "constructs" / "src"), str(CHECKOUT / "fast_synthesis" / "src"), str(CHECKOUT)]

from cdktf_fast_synthesis import use_fast_synthesis  # noqa: E402

use_fast_synthesis()

from config.loading import load  # noqa: E402
from stacks.synthesis import synthesize  # noqa: E402

for file in ["", *sys.argv[2:]]:
    variables = {"PSC_CONFIG": file} if file else {}
    name = Path(file).stem or "default"
    synthesize(load(REFERENCE, variables).settings, Path(sys.argv[1]) / name, REFERENCE / "locks")
