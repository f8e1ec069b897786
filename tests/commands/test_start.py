"""What a command loads before it does anything: help and the configuration come at once, without cdktf."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from tests.conftest import CHECKOUT

HEAVY = {"cattr", "cdktf", "cdktf_cdktf_provider_google", "constructs", "jsii", "typeguard"}


def imported(*words: str, program: str = "./psc") -> set[str]:
    """Every module that Python imports for these words, as Python itself tells."""
    variables = {key: value for key, value in os.environ.items() if not key.startswith("PSC_")}
    done = subprocess.run(
        [program, *words],
        cwd=CHECKOUT,
        env=variables | {"PYTHONPROFILEIMPORTTIME": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(re.findall(r"^import time: .*\| +(\S+)$", done.stderr, re.MULTILINE))


def packages(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


@pytest.mark.parametrize("words", [["--help"], ["synth", "--help"], ["config"], ["config", "--schema"]], ids=" ".join)
def test_without_cdktf(words: list[str]) -> None:
    modules = imported(*words)
    assert "commands.options" in modules, "the launcher's own imports are not told: this test would see nothing"
    assert packages(modules) & HEAVY == set()
    assert not any(module.startswith("cdktf_fast_synthesis") for module in modules)


def test_help_needs_nothing_of_the_environment() -> None:
    assert packages(imported("--help")) & {"pydantic", "yaml", "cloudrun_psc", "config"} == set()


def test_a_wrong_configuration_is_told_without_importing_cdktf() -> None:
    done = subprocess.run(
        ["./psc", "synth", "--config", "missing.yaml"],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPROFILEIMPORTTIME": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "missing.yaml: there is no such file" in done.stderr
    modules = set(re.findall(r"^import time: .*\| +(\S+)$", done.stderr, re.MULTILINE))
    assert "config.loading" in modules
    assert packages(modules) & (HEAVY - {"typeguard"}) == set()
