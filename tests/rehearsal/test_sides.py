"""What is asked for becomes what is rehearsed; and what took the time is told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployment.synthesis import Synthesized
from deployment.unusable import UnusableError
from rehearsal.sides import Sides
from rehearsal.spent import spent
from tests.conftest import CHECKOUT
from tests.deployment.test_output_folder import folder


@pytest.fixture
def output(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return folder(tmp_path / "out", {"producer": [], "a": ["producer"], "b": ["producer"]})


def test_folders_are_taken_as_they_are(output: Path, tmp_path: Path) -> None:
    sides = Sides(checkout=CHECKOUT, output=str(output), former_output=str(output), names=["a"])
    wish = sides.wish(tmp_path, kept=True)
    assert [stack.name for stack in wish.stacks] == ["producer", "a"], "with what it needs"
    assert [stack.name for stack in wish.former] == ["producer", "a"]
    assert (wish.environment, wish.former_name, wish.kept) == (str(output), str(output), True)
    assert Sides(checkout=CHECKOUT, output=str(output)).wish(tmp_path, kept=False).former == []


@pytest.mark.parametrize(
    ("sides", "sentence"),
    [
        ({"former_output": "no-such-folder"}, "no-such-folder: no synthesized stacks"),
        ({"names": ["nobody"]}, "there is no stack nobody; there are a, b, producer"),
        ({"revision": "no-such-revision"}, "'no-such-revision' is no revision of this checkout"),
    ],
)
def test_what_is_not_there_is_one_sentence(sides: dict[str, str], sentence: str, output: Path, tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match=sentence):
        Sides(**({"checkout": CHECKOUT, "output": str(output)} | sides)).wish(tmp_path, kept=False)  # type: ignore[arg-type]


def test_what_synthesis_remarks_is_a_note(output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remark = "PRODUCER_PROJECT=another-project wins over producer.project: producer-project of prod.yaml"
    made = Synthesized(environment="prod", folder=output, notes=(remark,), document={})
    monkeypatch.setattr("rehearsal.sides.synthesize", lambda *_: made)
    assert Sides(checkout=CHECKOUT).wish(tmp_path, kept=False).notes == (remark,)


def test_what_took_the_time_is_told_in_the_order_in_which_it_comes() -> None:
    commands = {"apply": 12.34, "init": 0.4, "version": 0.1, "plan": 3.0}
    assert spent(1.5, commands) == (
        "time: synthesis 1.5 s, init 0.4 s, plan 3.0 s, apply 12.3 s; steps that ran side by side count in full"
    )
    assert spent(0.0, {"init": 1.0}) == "time: init 1.0 s; steps that ran side by side count in full"
