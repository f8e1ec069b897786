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


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, fast: Run, ordinary: Run) -> tuple[Path, Path]:
    """What all programs write, with fast synthesis and without: one process each."""
    folder = tmp_path_factory.mktemp("both")
    for run, name in ((fast, "fast"), (ordinary, "ordinary")):
        words = [str(folder / name), *(str(path) for path in CONFIGURATIONS)]
        done = run(PROGRAMS / "one_after_the_other.py", *words)
        assert done.returncode == 0, done.stderr
    return folder / "fast", folder / "ordinary"


def test_every_configuration_of_this_project(both: tuple[Path, Path]) -> None:
    made, expected = (files(folder / "configurations") for folder in both)
    assert {path.partition("/")[0] for path in made} == {"default", *(path.stem for path in CONFIGURATIONS)}
    assert made == expected


def test_a_program_that_uses_much_of_cdktf(both: tuple[Path, Path]) -> None:
    made, expected = (files(folder / "much_of_cdktf") for folder in both)
    assert {"stacks/first/cdk.tf.json", "stacks/other/cdk.tf.json", "stacks/alone/cdk.tf.json"} <= made.keys()
    assert b"remote_state" in made["stacks/other/cdk.tf.json"]
    assert b'"owner": "tests"' in made["stacks/first/cdk.tf.json"], "the aspect was not called back"
    assert made == expected


def test_refused_calls(both: tuple[Path, Path]) -> None:
    quick, slow = (json.loads((folder / "wrong_calls" / "messages.json").read_text()) for folder in both)
    assert quick["a number for a string"] == "TypeError: type of argument name must be str; got int instead"
    assert "missing" in quick["a missing argument"]
    assert "already a Construct with name 'network'" in quick["an id twice"]
    differing = {name: (quick[name], slow[name]) for name in slow if quick[name] != slow[name]}
    assert differing == {}


def test_the_example_of_the_docs_gets_it_by_the_one_line(fast: Run, cache: Path) -> None:
    assert "use_fast_synthesis()" in FOREIGN_APP.read_text()
    done = fast(FOREIGN_APP)
    assert done.returncode == 0, done.stderr
    assert (cache / "cdktf.out" / "stacks" / "orders" / "cdk.tf.json").is_file()
