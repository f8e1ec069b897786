"""Whether a built folder is still whole: what is missing or cut short is noticed, a copy is fine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from commands.completeness import complete, record


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    (made / "lib" / "package").mkdir(parents=True)
    (made / "lib" / "package" / "module.py").write_text("x = 1\n")
    (made / "lib" / "package" / "data").write_text("0123456789")
    record(made)
    assert complete(made)
    return made


def test_a_folder_without_a_record_is_not_complete(tmp_path: Path) -> None:
    assert not complete(tmp_path)


def test_a_copy_has_other_times_and_is_complete(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(home, copy, copy_function=shutil.copyfile)
    os.utime(copy / "lib" / "package", ns=(0, 0))
    assert complete(copy)
    os.utime(copy / "lib", ns=(0, 0))
    assert complete(copy), "the new times were taken down, and others come after them"


def test_a_file_that_is_gone_is_noticed(home: Path) -> None:
    (home / "lib" / "package" / "data").unlink()
    assert not complete(home)


def test_a_file_that_was_cut_short_is_noticed(home: Path, tmp_path: Path) -> None:
    """As a copy that broke off leaves it."""
    copy = tmp_path / "copy"
    shutil.copytree(home, copy, copy_function=shutil.copyfile)
    (copy / "lib" / "package" / "data").write_text("01234")
    os.utime(copy / "lib" / "package", ns=(0, 0))
    assert not complete(copy)
