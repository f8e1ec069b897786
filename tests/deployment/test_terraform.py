"""The one way to start Terraform: with the variables that are given, and ended with us."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from deployment.terraform import Terraform
from deployment.unusable import UnusableError
from tests.deployment.programs import program

VARIABLES = {"PATH": os.environ["PATH"]}
ECHO = "import json, sys; print(json.dumps(sys.argv[1:]))"
TOLD = """
import json, os, sys
print(json.dumps({"terraform_version": "1.9.8"}) if sys.argv[1:] == ["version", "-json"] else "{}")
"""
# It stops when it is asked to, as Terraform does.
SLOW = """
import signal, sys, time
signal.signal(signal.SIGINT, lambda *_: sys.exit(1))
print("started", flush=True)
time.sleep(600)
"""


def terraform(tmp_path: Path, text: str) -> Terraform:
    return Terraform(str(program(tmp_path / "terraform", text)))


def test_it_tells_its_version_or_that_it_does_not(tmp_path: Path) -> None:
    assert terraform(tmp_path, TOLD).version(VARIABLES) == "1.9.8"
    with pytest.raises(UnusableError, match="does not tell its version"):
        terraform(tmp_path, "print('{}')").version(VARIABLES)


WARNING = "Warning: Unable to open CLI configuration file {x}\n"


def test_a_document_is_found_behind_warnings(tmp_path: Path) -> None:
    made = terraform(tmp_path, f"print({WARNING!r}); print('{{\"a\": 1}}')")
    assert made.show(tmp_path, VARIABLES).document() == {"a": 1}
    with pytest.raises(UnusableError, match=r"terraform wrote no JSON:\nWarning: Unable"):
        terraform(tmp_path, f"print({WARNING!r})").show(tmp_path, VARIABLES).document()


def test_targets_are_planned_alone(tmp_path: Path) -> None:
    said = terraform(tmp_path, ECHO).plan(tmp_path, VARIABLES, ["a.b", "c.d"]).output
    assert '"-target=a.b", "-target=c.d"' in said


def test_providers_are_locked_for_every_platform_that_is_wanted(tmp_path: Path) -> None:
    said = terraform(tmp_path, ECHO).lock_providers(tmp_path, VARIABLES, ["linux_amd64", "a_b"], Path("/mirror")).output
    assert (
        said == '["providers", "lock", "-no-color", "-fs-mirror=/mirror", "-platform=linux_amd64", "-platform=a_b"]\n'
    )


def test_it_sees_the_variables_that_are_given_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THEIRS", "x")
    done = terraform(tmp_path, "import os; print(sorted(os.environ))").validate(tmp_path, VARIABLES | {"OURS": "y"})
    assert "OURS" in done.output
    assert "THEIRS" not in done.output


def test_what_runs_is_ended_and_nothing_is_started_after_that(tmp_path: Path) -> None:
    made = terraform(tmp_path, SLOW)
    codes: list[int] = []
    running = threading.Thread(target=lambda: codes.append(made.apply(tmp_path, VARIABLES).code))
    running.start()
    time.sleep(0.5)
    made.end()
    running.join(timeout=30)
    assert codes == [1]
    with pytest.raises(UnusableError, match="interrupted"):
        made.plan(tmp_path, VARIABLES)
    assert made.seconds["apply"] >= 0.4
