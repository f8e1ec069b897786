"""Every kind of mistake is refused with all problems at once, each with place, value, what is allowed, what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import main
from config.loading import load
from config.problems import ConfigurationError
from tests.conftest import CHECKOUT, REFERENCE

REFUSALS = yaml.safe_load((Path(__file__).parent / "refusals.yaml").read_text())
BASE = REFUSALS.pop("base")
CASES = [pytest.param(case, id=f"{kind}: {name}") for kind, named in REFUSALS.items() for name, case in named.items()]


def text_of(case: dict[str, Any]) -> str:
    if "whole" in case:
        return str(case["whole"])
    text = str(BASE)
    for old, new in case.get("replace", ()):
        assert old in text
        text = text.replace(old, new, 1)
    return text + str(case.get("append", ""))


def refusal(file: Path) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        load(REFERENCE, {"PSC_CONFIG": str(file)})
    return caught.value


def write(folder: Path, case: dict[str, Any]) -> Path:
    file = folder / "tried.yaml"
    file.write_text(text_of(case), encoding="utf-8")
    return file


def test_the_base_of_all_cases_is_valid(tmp_path: Path) -> None:
    file = tmp_path / "tried.yaml"
    file.write_text(BASE)
    assert load(REFERENCE, {"PSC_CONFIG": str(file)}).notes == ()


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_refused_with_just_these_problems(case: dict[str, Any], tmp_path: Path) -> None:
    file = write(tmp_path, case)
    messages = str(refusal(file)).splitlines()
    assert len(messages) == len(case["says"]), "\n".join(messages)
    for message, says in zip(messages, case["says"], strict=True):
        assert message.startswith(str(file))
        assert message.removeprefix(str(file)).lstrip(":").strip().startswith(says)


@pytest.mark.parametrize("case", CASES)
def test_every_message_says_what_to_do_in_one_line_of_bearable_length(case: dict[str, Any], tmp_path: Path) -> None:
    for problem in refusal(write(tmp_path, case)).problems:
        assert problem.fault.remedy
        assert problem.fault.allowed or not problem.path or "did you mean" in problem.fault.remedy
        assert str(problem).isprintable()
        assert len(str(problem)) < 600 + len(str(tmp_path))
        assert "None" not in str(problem)


@pytest.mark.parametrize("case", CASES)
def test_the_app_says_the_same_with_exit_code_2_and_writes_nothing(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, case)
    expected = str(refusal(file))
    for variable in ("PSC_ENV", "PRODUCER_PROJECT", "CONSUMER_PROJECT", "REGION", "PSC_PROVIDER_VERSION"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PSC_CONFIG", str(file))
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "out"))
    assert main.main() == 2
    said = capsys.readouterr()
    assert said.err.startswith(expected + "\n")
    assert said.err.rstrip().endswith("nothing was written")
    assert said.out == ""
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("program", [["main.py"], ["-m", "commands", "config"], ["-m", "commands", "synth"]])
def test_programs_end_with_code_2_and_no_traceback(program: list[str], tmp_path: Path) -> None:
    file = write(tmp_path, REFUSALS["several at once"]["mistakes everywhere"])
    expected = str(refusal(file))
    done = subprocess.run(
        [sys.executable, *program],
        cwd=CHECKOUT,
        env={"PATH": "/usr/bin:/bin", "PSC_CONFIG": str(file)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    # A relative path may stand there: ./psc names the file from the checkout.
    first = expected.splitlines()[0].removeprefix(str(file))
    assert first in done.stderr
    assert "Traceback" not in done.stderr


def many(count: int, first: int = 0) -> dict[str, str]:
    return {f"a{at}": "x" for at in range(first, first + count)}


def projects(count: int, first: int = 0) -> dict[str, int]:
    return {"consumer-project" if at == 0 else f"project-{at}": 1 for at in range(first, first + count)}


def callers(count: int, kind: str = "user") -> list[str]:
    return [f"{kind}:a{at}@example.com" for at in range(count)]


@pytest.mark.parametrize(
    ("of_all", "of_service", "says"),
    [
        ({"labels": many(64)}, {"labels": many(64)}, ""),
        ({"labels": many(65)}, {}, "labels: 65 labels, with those of every resource; allowed: at most 64"),
        ({"labels": many(60)}, {"labels": many(5, 60)}, "producer.services.hello.labels: 65 labels, with those of"),
        ({}, {"env": many(1000)}, ""),
        ({}, {"env": many(1001)}, "producer.services.hello.env: 1001 variables, with secrets; allowed: at most 1000"),
        ({}, {"accept": projects(5000), "reject": [*projects(64, 5000)]}, ""),
        ({}, {"accept": projects(5001)}, "producer.services.hello.accept: 5001 entries; allowed: at most 5000"),
        ({}, {"reject": [*projects(65, 1)]}, "producer.services.hello.reject: 65 entries; allowed: at most 64"),
        ({}, {"invokers": [*callers(1250), *callers(250, "group")]}, ""),
        ({}, {"invokers": callers(1501)}, "producer.services.hello.invokers: 1501 callers; allowed: at most 1500"),
        ({}, {"invokers": callers(251, "group")}, "producer.services.hello.invokers: 251 groups; allowed: at most 250"),
        (
            {},
            {"audiences": [f"https://{'a' * 60}.b{at}" for at in range(500)]},
            "producer.services.hello.audiences: 38390 characters as JSON; allowed: at most 32768",
        ),
        ({}, {"annotations": {f"a{at:03}": "é" * 1022 for at in range(128)}}, ""),
        (
            {},
            {"annotations": {f"a{at:03}": "é" * 1022 for at in range(129)}},
            "producer.services.hello.annotations: 264192 bytes of keys and values; allowed: at most 262144",
        ),
    ],
)
def test_more_than_google_takes_of_one_thing(
    of_all: dict[str, Any], of_service: dict[str, Any], says: str, tmp_path: Path
) -> None:
    tried = yaml.safe_load(BASE) | of_all
    tried["producer"]["services"]["hello"] = of_service
    file = tmp_path / "tried.yaml"
    file.write_text(yaml.safe_dump(tried))
    if says:
        assert says in str(refusal(file))
    else:
        load(REFERENCE, {"PSC_CONFIG": str(file)})
