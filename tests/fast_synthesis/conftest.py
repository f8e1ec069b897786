"""Programs in processes of their own, with fast synthesis and without."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from cdktf_fast_synthesis import fitting
from tests.cdk import CDK, native
from tests.conftest import CHECKOUT

PROGRAMS = Path(__file__).parent / "programs"
Run = Callable[..., subprocess.CompletedProcess[str]]


def _native(program: Path, folder: Path) -> Path:
    """The program as that CDK's users write it."""
    if native("cdktf") == "cdktf":
        return program
    made = folder / f"programs-{program.parent.name}"
    made.mkdir(exist_ok=True)
    for file in program.parent.glob("*.py"):
        (made / file.name).write_text(native(file.read_text()))
    return made / program.name


def run_program(
    program: Path, *words: str, cache: Path, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program as another team would: with the installed distribution on its path and nothing of ours set."""
    ours = ("PSC_", "PYTHON", "CLOUDRUN_", "CDKTF_")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    environment |= {"PYTHONPATH": str(CHECKOUT / "fast_synthesis" / "src"), "CLOUDRUN_PSC_CACHE": str(cache)}
    # cdktf asks for Terraform's version before it writes an `import` block; no test needs the real one for that.
    environment["PATH"] = f"{PROGRAMS / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment |= {"CHECKOUT": str(CHECKOUT), fitting.CHOICE: CDK.module} | (dict(variables) if variables else {})
    return subprocess.run(
        [sys.executable, str(_native(program, cache)), *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=cache,
    )


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that starts empty and is then kept by all tests that do not spoil it."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def fast(cache: Path) -> Run:
    """Run a program with fast synthesis, and see that every part of it was in use: it says so when one is not."""

    def run(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
        done = run_program(program, *words, cache=cache)
        assert "ordinary synthesis" not in done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def ordinary(cache: Path) -> Run:
    """Run a program with everything switched off."""

    def run(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
        return run_program(program, *words, cache=cache, variables={"CLOUDRUN_PSC_FAST_SYNTHESIS": "off"})

    return run
