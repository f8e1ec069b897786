"""The programs that are compared, each as a command that writes the files of a deployment that it is given."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
# The one line of the docs in front of a program that does not know of it.
_ONE_LINE = (
    "import runpy, sys; sys.path.insert(0, {source!r}); "
    "from cdktf_fast_synthesis import use_fast_synthesis; use_fast_synthesis(); "
    "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
)
_CHOSEN = ("PSC_", "CLOUDRUN_PSC_", "JSII_RUNTIME", "PRODUCER_PROJECT", "CONSUMER_PROJECT", "REGION", "CDKTF_")


@dataclass(frozen=True)
class Program:
    """What is run for a deployment; `caches` are its variables for the folders that its first run fills."""

    name: str
    command: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict)
    caches: tuple[str, ...] = ()

    def environment(self, caches: Path) -> dict[str, str]:
        """The caller's environment without what would choose another deployment, and with caches of our own."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith(_CHOSEN)}
        return environment | self.variables | {name: str(caches / name.lower()) for name in self.caches}


def ordinary() -> Program:
    """The Python program as cdktf's documentation would have it."""
    caches = ("JSII_RUNTIME_PACKAGE_CACHE_ROOT",)
    return Program("ordinary Python", (sys.executable, str(HERE / "program.py")), caches=caches)


def fast() -> Program:
    """The same program with the one line in front."""
    line = _ONE_LINE.format(source=str(CHECKOUT / "fast_synthesis" / "src"))
    command = (sys.executable, "-c", line, str(HERE / "program.py"))
    return Program("fast synthesis", command, caches=("CLOUDRUN_PSC_CACHE",))


def project() -> Program:
    """The app of this project, for what the others are given: it reads a configuration."""
    return Program("main.py", (sys.executable, "-s", str(CHECKOUT / "main.py")), caches=("CLOUDRUN_PSC_CACHE",))


def native(folder: Path) -> Program:
    """The JavaScript program, in the folder that `javascript.py` has laid out."""
    return Program("native JavaScript", (os.environ["JSII_NODE"], str(folder / "program.js")))
