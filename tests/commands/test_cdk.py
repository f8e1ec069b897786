"""The switch between cdktf and cdktn: variable before file, an environment with one of them, locks without an index."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import cdk
from commands.cdk import CDKS, CDKTF, CDKTN, Cdk, UnknownCdkError, chosen
from commands.lockfile import requirements
from commands.options import parse
from tests.conftest import CHECKOUT


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout that has only settings, and no variable."""
    monkeypatch.setattr(cdk, "CHECKOUT", tmp_path)
    monkeypatch.delenv("PSC_CDK", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("settings", "variable", "expected"),
    [
        ("", "", CDKTF),
        ("", "cdktn", CDKTN),
        ('[tool.cloudrun-psc]\ncdk = "cdktn"\n', "", CDKTN),
        ('[tool.cloudrun-psc]\ncdk = "cdktn"\n', "cdktf", CDKTF),
    ],
)
def test_the_variable_wins_over_the_file_and_cdktf_is_the_default(
    settings: str, variable: str, expected: Cdk, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (checkout / "pyproject.toml").write_text(settings)
    monkeypatch.setenv("PSC_CDK", variable)
    assert chosen() == expected


def test_the_projects_own_settings_choose_cdktf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PSC_CDK", raising=False)
    assert chosen() == CDKTF


@pytest.mark.parametrize("name", ["cdk8s", "CDKTN", " "])
def test_others_are_refused_with_their_place(name: str, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / "pyproject.toml").write_text(f'[tool.cloudrun-psc]\ncdk = "{name}"\n')
    with pytest.raises(UnknownCdkError, match=r"pyproject\.toml: tool\.cloudrun-psc\.cdk: .* write cdktf or cdktn"):
        chosen()
    monkeypatch.setenv("PSC_CDK", name)
    with pytest.raises(UnknownCdkError, match=rf"^PSC_CDK: '{name}' is not known"):
        chosen()


@pytest.mark.parametrize("one", CDKS.values(), ids=CDKS)
def test_an_environment_has_one_cdk_and_all_else(one: Cdk) -> None:
    names = {line.partition("==")[0] for line in requirements(CHECKOUT / "Pipfile.lock", one).splitlines()}
    assert {one.name, one.bindings, "constructs", "pydantic", "pytest", "jsii"} <= names
    others = {name for other in CDKS.values() if other != one for name in (other.name, other.bindings)}
    assert names & others == set()


def test_both_are_locked_to_the_same_versions_of_what_they_share() -> None:
    """One lock of jsii and constructs: what is compared between the two differs in the CDK alone."""
    lock = json.loads((CHECKOUT / "Pipfile.lock").read_text())
    both = lock["default"].keys() & lock["cdktn"].keys()
    assert {"jsii", "constructs"} <= both
    assert [name for name in both if lock["default"][name]["version"] != lock["cdktn"][name]["version"]] == []


@pytest.mark.parametrize("one", CDKS.values(), ids=CDKS)
def test_the_clis_lock_is_that_of_its_package_and_names_no_registry(one: Cdk) -> None:
    wanted = json.loads((one.cli_folder / "package.json").read_text())
    lock = json.loads((one.cli_folder / "package-lock.json").read_text())
    assert lock["packages"][""]["dependencies"] == wanted["dependencies"]
    assert list(wanted["dependencies"]) == [one.cli]
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []


def test_the_version_names_the_chosen_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PSC_CDK", "cdktn")
    parse(["--version"])
    assert "\n  cdktn 0.24.0 (locked)\n  google bindings 20.2.0 (locked)\n" in capsys.readouterr().out
    monkeypatch.setenv("PSC_CDK", "other")
    parse(["--version"])
    assert "\n  PSC_CDK: 'other' is not known; write cdktf or cdktn\n" in capsys.readouterr().out
