"""What is synthesized is byte for byte what ordinary cdktf writes, and what is refused is refused in the same words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT
from tests.fast_synthesis.conftest import PROGRAMS, Run

CONFIGURATIONS = sorted((CHECKOUT / "tests" / "stacks" / "configurations").glob("*.yaml"))
FOREIGN_APP = CHECKOUT / "docs" / "examples" / "foreign_app" / "main.py"


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def both(program: Path, tmp_path: Path, fast: Run, ordinary: Run, *words: str) -> tuple[Path, Path]:
    for run, name in ((fast, "fast"), (ordinary, "ordinary")):
        done = run(program, str(tmp_path / name), *words)
        assert done.returncode == 0, done.stderr
    return tmp_path / "fast", tmp_path / "ordinary"


def test_every_configuration_of_this_project(tmp_path: Path, fast: Run, ordinary: Run) -> None:
    words = [str(path) for path in CONFIGURATIONS]
    quick, slow = both(PROGRAMS / "configurations.py", tmp_path, fast, ordinary, *words)
    made = files(quick)
    assert {path.partition("/")[0] for path in made} == {"default", *(path.stem for path in CONFIGURATIONS)}
    assert made == files(slow)


def test_a_program_that_uses_much_of_cdktf(tmp_path: Path, fast: Run, ordinary: Run) -> None:
    quick, slow = both(PROGRAMS / "much_of_cdktf.py", tmp_path, fast, ordinary)
    made = files(quick)
    assert {"stacks/first/cdk.tf.json", "stacks/other/cdk.tf.json", "stacks/alone/cdk.tf.json"} <= made.keys()
    assert b"remote_state" in made["stacks/other/cdk.tf.json"]
    assert b'"owner": "tests"' in made["stacks/first/cdk.tf.json"], "the aspect was not called back"
    assert made == files(slow)


def test_refused_calls(tmp_path: Path, fast: Run, ordinary: Run) -> None:
    program = PROGRAMS / "wrong_calls.py"
    quick, slow = (json.loads(run(program, str(tmp_path / "out")).stdout) for run in (fast, ordinary))
    assert quick["a number for a string"] == "TypeError: type of argument name must be str; got int instead"
    assert "missing" in quick["a missing argument"]
    assert "already a Construct with name 'network'" in quick["an id twice"]
    differing = {name: (quick[name], slow[name]) for name in slow if quick[name] != slow[name]}
    assert differing == {}


@pytest.mark.parametrize("program", [FOREIGN_APP], ids=["foreign_app"])
def test_the_example_of_the_docs(program: Path, tmp_path: Path, fast: Run, cache: Path) -> None:
    assert "use_fast_synthesis()" in program.read_text()
    done = fast(program)
    assert done.returncode == 0, done.stderr
    assert (cache / "cdktf.out" / "stacks" / "orders" / "cdk.tf.json").is_file()
