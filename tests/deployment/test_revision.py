"""Another revision of the checkout: its files, and which configuration it is synthesized with."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deployment.revision import check_out, own_configuration
from deployment.unusable import UnusableError


@pytest.fixture
def repository(tmp_path: Path) -> Callable[..., Path]:
    """A repository with one commit of some files, and a work tree that has moved on; links as `-> TARGET`."""

    def make(**files: str) -> Path:
        folder = tmp_path / "repository"
        folder.mkdir()
        git = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@example.com"]
        subprocess.run([*git, "init", "--quiet"], check=True)
        for name, text in files.items():
            file = folder / name.replace("__", "/").replace("_py", ".py")
            file.parent.mkdir(exist_ok=True)
            if text.startswith("-> "):
                file.symlink_to(text.removeprefix("-> "))
            else:
                file.write_text(text)
        subprocess.run([*git, "add", "--all"], check=True)
        subprocess.run([*git, "commit", "--quiet", "--message=x"], check=True)
        for file in folder.glob("*.py"):
            file.write_text("changed")
        return folder

    return make


def test_the_files_of_a_revision_are_put_into_a_folder(repository: Callable[..., Path], tmp_path: Path) -> None:
    checkout, into = repository(main_py="1", config__ours="2", inside="-> main.py"), tmp_path / "into"
    into.mkdir()
    index = (checkout / ".git" / "index").read_bytes()
    commit = check_out(checkout, "HEAD", into)
    assert {path.name: path.read_text() for path in into.rglob("*") if path.is_file()} == {
        "main.py": "1", "ours": "2", "inside": "1",
    }  # fmt: skip
    assert len(commit) >= 7
    assert (checkout / ".git" / "index").read_bytes() == index, "the repository is as it was"


@pytest.mark.parametrize(
    ("files", "revision", "sentence"),
    [
        ({"main_py": "1"}, "nobody", "'nobody' is no revision of this checkout"),
        ({"other": "1"}, "HEAD", "has no main.py to synthesize with"),
        ({"main_py": "1", "out": "-> ../../etc/passwd"}, "HEAD", "out is a link that leads out of the checkout"),
        ({"main_py": "1", "out": "-> /etc"}, "HEAD", "out is a link that leads out of the checkout"),
        ({"main_py": "1", "a\nb": "-> /etc"}, "HEAD", r": a\\nb is a link that leads out of the checkout"),
    ],
)
def test_a_revision_that_cannot_be_used_is_one_sentence(
    files: dict[str, str], revision: str, sentence: str, repository: Callable[..., Path], tmp_path: Path
) -> None:
    into = tmp_path / "into"
    into.mkdir()
    with pytest.raises(UnusableError, match=sentence):
        check_out(repository(**files), revision, into)


def test_a_link_to_itself_leads_nowhere_and_hinders_nobody(repository: Callable[..., Path], tmp_path: Path) -> None:
    into = tmp_path / "into"
    into.mkdir()
    checkout = repository(main_py="1", x="-> x")
    check_out(checkout, "HEAD", into)
    assert (into / "main.py").read_text() == "1"
    assert own_configuration(checkout, "x") == ("x", True)


@pytest.mark.parametrize("typed", ["config/ours.yaml", "./config/ours.yaml", "{checkout}/config/ours.yaml"])
def test_a_file_of_the_checkout_is_the_revisions_own(typed: str, tmp_path: Path) -> None:
    assert own_configuration(tmp_path, typed.format(checkout=tmp_path)) == ("config/ours.yaml", True)


@pytest.mark.parametrize("typed", ["../ours.yaml", "{checkout}/../ours.yaml"])
def test_a_file_from_elsewhere_is_found_from_any_checkout(typed: str, tmp_path: Path) -> None:
    file, its_own = own_configuration(tmp_path / "checkout", typed.format(checkout=tmp_path / "checkout"))
    assert (file, its_own) == (str(tmp_path / "ours.yaml"), False)
