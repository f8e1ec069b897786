"""Which package `import cdktf` gives, by what is installed, chosen and imported; the packages have one line each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

NAMES = {"cdktf": "cdktf_cdktf_provider_google", "cdktn": "cdktn_provider_google"}
PROGRAM = """
import cloudrun_psc
{first}
import cdktf, cdktf_cdktf_provider_google.network
from cdktf_cdktf_provider_google import network
from cdktf_cdktf_provider_google.network import HOME
assert network.HOME is HOME is cdktf_cdktf_provider_google.network.HOME
from cloudrun_psc.cdk import in_use
print(cdktf.HOME, HOME, in_use())
"""


def tried(
    folder: Path, *installed: str, first: str = "", chosen: str | None = None
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """Run PROGRAM where these packages are installed; it prints whose modules it was given."""
    for name in installed:
        for package in (name, NAMES[name]):
            (folder / package).mkdir()
            (folder / package / "__init__.py").write_text(f"HOME = {package!r}\n")
        (folder / NAMES[name] / "network.py").write_text(f"HOME = {NAMES[name]!r}\n")
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{CHECKOUT / 'constructs' / 'src'}{os.pathsep}{folder}"}
    if chosen is not None:
        variables["PSC_CDK"] = chosen
    command = [sys.executable, "-S", "-c", PROGRAM.format(first=first)]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("installed", "first", "chosen", "given"),
    [
        (["cdktf"], "", None, "cdktf"),
        (["cdktn"], "", None, "cdktn"),
        (["cdktf", "cdktn"], "", "cdktf", "cdktf"),
        (["cdktf", "cdktn"], "", "cdktn", "cdktn"),
        (["cdktf", "cdktn"], "", "", "cdktf"),
        (["cdktf", "cdktn"], "import cdktn", None, "cdktn"),
        (["cdktf", "cdktn"], "import cdktn", "cdktf", "cdktf"),
    ],
)
def test_the_app_decides(installed: list[str], first: str, chosen: str | None, given: str, tmp_path: Path) -> None:
    done = tried(tmp_path, *installed, first=first, chosen=chosen)
    assert done.stdout == f"{given} {NAMES[given]} {given}\n", done.stderr


def test_of_two_it_says_once_which_it_takes(tmp_path: Path) -> None:
    done = tried(tmp_path, "cdktf", "cdktn")
    assert done.stdout.startswith("cdktf ")
    assert done.stderr.count("cdktf and cdktn are both installed: cloudrun_psc takes cdktf. PSC_CDK=cdktn") == 1


def test_a_folder_of_that_name_is_no_package(tmp_path: Path) -> None:
    (tmp_path / "cdktn").mkdir()
    assert tried(tmp_path, "cdktf").stdout.startswith("cdktf ")


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ("cdk8s", "ImportError: PSC_CDK: 'cdk8s' is not known; write cdktf or cdktn"),
        ("cdktn", "ImportError: PSC_CDK: cdktn is not installed here; install it, or unset PSC_CDK"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(chosen: str, message: str, tmp_path: Path) -> None:
    assert tried(tmp_path, "cdktf", chosen=chosen).stderr.splitlines()[-1] == message


def test_without_either_the_message_is_pythons_own(tmp_path: Path) -> None:
    assert tried(tmp_path).stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'cdktf'"
