"""Runs program.py with one part of fast synthesis taken out: without.py PART DEPLOYMENT OUTDIR.

What a part is worth shows best in what its absence costs. Everything here reaches into fast synthesis from outside:
there is no switch for single parts.
"""

from __future__ import annotations

import os
import runpy
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "fast_synthesis" / "src"))

from cdktf_fast_synthesis import kernel_process, levers, use_fast_synthesis  # noqa: E402
from cdktf_fast_synthesis.fitting import UnfitError  # noqa: E402

_INDEX_OF_PROVIDER = "packages/@cdktf/provider-google/*/*/lib/index.js"


def _unfit() -> None:
    raise UnfitError("taken out")


def _no_kernel() -> None:
    levers._kernel = _unfit


def _no_imports() -> None:
    levers._imports = _unfit


def _no_lazy_bindings() -> None:
    setattr(levers, "use_lazy_bindings", lambda: False)  # noqa: B010


def _after_all(then: Callable[[], None]) -> None:
    use_fast_synthesis()
    import jsii  # noqa: F401  # the kernel is taken over at its import

    then()


def _no_plain_checks() -> None:
    def then() -> None:
        from cdktf_fast_synthesis import type_checks

        type_checks._predicate = lambda expected: type_checks._never  # noqa: ARG005

    _after_all(then)


def _no_known_answers() -> None:
    def then() -> None:
        from cdktf_fast_synthesis.known_answers import KnownAnswers

        KnownAnswers.property = lambda *_: None  # type: ignore[method-assign]
        KnownAnswers.static_call = lambda *_: None  # type: ignore[method-assign]

    _after_all(then)


def _preload_without(part: str, instead: str) -> None:
    text = Path(kernel_process._preload()).read_text(encoding="utf-8")
    assert text.count(part) == 1, part
    file = Path(tempfile.mkdtemp(dir=os.environ["CLOUDRUN_PSC_CACHE"])) / "preload.cjs"
    file.write_text(text.replace(part, instead), encoding="utf-8")
    kernel_process._preload = lambda: str(file)


def _cache_with(change: Callable[[Path], None]) -> None:
    """A copy of the packages in which something is changed, made by the first run."""
    cache = Path(os.environ["CLOUDRUN_PSC_CACHE"])
    copy = cache.with_name(f"{cache.name}-{change.__name__}")
    if not copy.exists():
        shutil.copytree(cache, copy, copy_function=os.link)
        change(copy)
    os.environ["CLOUDRUN_PSC_CACHE"] = str(copy)


def _eager_index(copy: Path) -> None:
    for file in copy.glob(_INDEX_OF_PROVIDER):
        text = file.read_text(encoding="utf-8")
        file.unlink()
        file.write_text(f"{text}for (const name of Object.keys(exports)) exports[name];\n", encoding="utf-8")


def _no_bundle(copy: Path) -> None:
    for file in copy.glob("packages/**/.bundle.js"):
        file.unlink()


PARTS: dict[str, Callable[[], None]] = {
    "nothing": lambda: None,
    "Python's bindings without their `__init__`": _no_lazy_bindings,
    "annotations postponed, compiled code kept": _no_imports,
    "plain values let through by the type checks": _no_plain_checks,
    "answers that are known in Python": _no_known_answers,
    "the kernel of our own start (and all below)": _no_kernel,
    "the provider's modules loaded on demand": lambda: _cache_with(_eager_index),
    "cdktf's modules in one file": lambda: _cache_with(_no_bundle),
    "V8's compile cache": lambda: _preload_without("Module.enableCompileCache(cache)", "0"),
    "type definitions read one by one": lambda: _preload_without("if (typeof file !==", "if (true || typeof file !=="),
    "no stack trace per token": lambda: _preload_without("exports.captureStackTrace = () => LEFT_OUT.slice()", "{}"),
}


if __name__ == "__main__":
    PARTS[sys.argv[1]]()
    use_fast_synthesis()
    sys.argv = [str(HERE / "program.py"), *sys.argv[2:]]
    runpy.run_path(sys.argv[0], run_name="__main__")
