"""Which program is run: what the variable names, Terraform, or OpenTofu where that is all there is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands.building import BuildError
from commands.terraform import found, require_terraform


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TERRAFORM_BINARY_NAME", raising=False)
    return tmp_path


def program(folder: Path, name: str, version: str = "1.12.6") -> str:
    file = folder / name
    file.write_text(
        f"#!/bin/sh\necho 'Warning: a file is not there.'\necho '{json.dumps({'terraform_version': version})}'\n"
    )
    file.chmod(0o755)
    return str(file)


def test_terraform_comes_first_and_the_variable_before_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found() is None
    tofu = program(folder, "tofu")
    assert found() == tofu
    terraform = program(folder, "terraform")
    assert found() == terraform
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "tofu")
    assert found() == tofu
    assert require_terraform().name == "tofu"
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "opentofu")
    with pytest.raises(BuildError, match="TERRAFORM_BINARY_NAME names 'opentofu', which is not on PATH"):
        found()


@pytest.mark.parametrize("version", ["1.5.0", "1.12.6-dev", "1.13.0-alpha20260801", "2.0.0"])
def test_a_version_with_a_suffix_is_a_version(version: str, folder: Path) -> None:
    program(folder, "tofu", version)
    assert require_terraform().name == "tofu"


def test_an_old_one_is_refused_by_its_name(folder: Path) -> None:
    program(folder, "terraform", "1.4.6")
    with pytest.raises(BuildError, match=r"is terraform 1\.4\.6; Terraform 1\.5 or newer, or OpenTofu, is needed"):
        require_terraform()
