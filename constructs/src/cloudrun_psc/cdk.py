"""cdktf, or cdktn under cdktf's names: cdktn is the maintained fork, with the same classes.

These constructs import `cdktf` and `cdktf_cdktf_provider_google`. Where the app is on the fork, Python finds the fork's
packages under these names, so that both share one set of classes. The app is on the fork when `PSC_CDK` is "cdktn",
when it has imported cdktn already, or when cdktf is not installed.
"""

from __future__ import annotations

import os
import sys
import warnings
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

VARIABLE = "PSC_CDK"
BINDINGS = {"cdktf": "cdktf_cdktf_provider_google", "cdktn": "cdktn_provider_google"}
_FORKS = {"cdktf": "cdktn", BINDINGS["cdktf"]: BINDINGS["cdktn"]}


def in_use() -> str:
    """The package that `import cdktf` gives: "cdktf" or "cdktn".

    Raises:
        ImportError: when `PSC_CDK` names another, or one that is not installed.
    """
    known = sys.modules.get("cdktf")
    if known is not None:
        return known.__name__
    names = ("cdktf", "cdktn")
    there = [name for name in names if (spec := PathFinder.find_spec(name)) is not None and spec.origin is not None]
    chosen = os.environ.get(VARIABLE)
    if chosen:
        if chosen not in names:
            raise ImportError(f"{VARIABLE}: {chosen!r} is not known; write cdktf or cdktn")
        if chosen not in there:
            raise ImportError(f"{VARIABLE}: {chosen} is not installed here; install it, or unset {VARIABLE}")
        return chosen
    if "cdktn" in sys.modules:
        return "cdktn"
    if len(there) > 1:
        warnings.warn(
            f"cdktf and cdktn are both installed: cloudrun_psc takes cdktf. {VARIABLE}=cdktn chooses the other, and so "
            "does importing cdktn first",
            stacklevel=2,
        )
    return there[0] if there else "cdktf"


class _Fork(MetaPathFinder, Loader):
    """Finds the fork's modules under cdktf's names."""

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """A spec that gives the fork's module, or None for all other modules and for an app on cdktf."""
        if fullname.partition(".")[0] not in _FORKS or in_use() != "cdktn":
            return None
        return ModuleSpec(fullname, self)

    def create_module(self, spec: ModuleSpec) -> None:
        """Python's own: it is replaced at once."""

    def exec_module(self, module: ModuleType) -> None:
        """Put the fork's module in its place; the import gives what stands there."""
        root, dot, rest = module.__name__.partition(".")
        sys.modules[module.__name__] = import_module(f"{_FORKS[root]}{dot}{rest}")


def follow_the_app() -> None:
    """Have `import cdktf` give the package that the app is on."""
    if not any(isinstance(finder, _Fork) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Fork())
