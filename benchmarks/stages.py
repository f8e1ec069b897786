"""Where the time of one fast synthesis goes: runs program.py and prints its stages as JSON.

Usage: stages.py STARTED DEPLOYMENT OUTDIR, STARTED being time.time() before this process was started.
"""

import json
import runpy
import sys
import time
from pathlib import Path

up = time.time()
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "fast_synthesis" / "src"))

from cdktf_fast_synthesis import use_fast_synthesis  # noqa: E402

use_fast_synthesis()
switched = time.time()

from cdktf_fast_synthesis.kernel_process import KernelProcess  # noqa: E402

spent = {"loading": 0.0, "asking": 0.0, "calls": 0}
_loaded, _ask = KernelProcess.loaded, KernelProcess.ask


def loaded(self: KernelProcess, name: str, version: str, tarball: str) -> bool:
    """Counts the time in which Python waits for the kernel to have loaded."""
    before = time.time()
    try:
        return _loaded(self, name, version, tarball)
    finally:
        spent["loading"] += time.time() - before


def ask(self: KernelProcess, message: bytes) -> bytes:
    """Counts calls and the time in which Python waits for their answers."""
    before = time.time()
    try:
        return _ask(self, message)
    finally:
        spent["asking"] += time.time() - before
        spent["calls"] += 1


KernelProcess.loaded, KernelProcess.ask = loaded, ask  # type: ignore[method-assign]

import cdktf  # noqa: E402

marks: dict[str, float] = {}
_init, _synth = cdktf.App.__init__, cdktf.App.synth


def init(self: cdktf.App, *args: object, **more: object) -> None:
    """Where imports end and constructs begin."""
    marks["app"] = time.time()
    _init(self, *args, **more)  # type: ignore[arg-type]


def synth(self: cdktf.App) -> None:
    """Where constructs end and serialization begins."""
    marks["synth"], marks["calls"] = time.time(), spent["calls"]
    marks["asking"] = spent["asking"]
    _synth(self)
    marks["written"] = time.time()


cdktf.App.__init__, cdktf.App.synth = init, synth  # type: ignore[method-assign]
started = float(sys.argv[1])
sys.argv = [str(HERE / "program.py"), *sys.argv[2:]]
runpy.run_path(sys.argv[0], run_name="__main__")
print(
    json.dumps(
        {
            "the interpreter's start": up - started,
            "switching on, and starting the kernel": switched - up,
            "importing jsii, cdktf and bindings": marks["app"] - switched - spent["loading"],
            "waiting for the kernel to have loaded": spent["loading"],
            "construct calls: Python's share": marks["synth"] - marks["app"] - marks["asking"],
            "construct calls: the kernel's share": marks["asking"],
            "serialization and files (in the kernel)": marks["written"] - marks["synth"],
            "calls": marks["calls"],
            "ended": time.time(),
        }
    )
)
