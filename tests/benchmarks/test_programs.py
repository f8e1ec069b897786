"""The benchmark compares like with like: its program builds what the default configuration is."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from benchmarks.programs import fast
from tests.conftest import Synthesized, stacks_in


def test_the_program_builds_the_default_deployment(tmp_path: Path, synth: Callable[..., Synthesized]) -> None:
    program = fast()
    out = tmp_path / "program"
    done = subprocess.run(
        [*program.command, "1", "1", str(out)],
        env=program.environment(tmp_path / "caches"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert stacks_in(out) == synth(), "benchmarks/program.py and program.js are to follow the default deployment"
