"""What may not stand in NAME.d, or is not read there: told in a sentence with the file, never a traceback."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from config.yaml_source import LARGEST_BYTES, MOST_ENTRIES
from tests.config.checkout import TEAM, Checkout

_ENDINGS = "allowed: files that end in .yaml, or in .md for people"
UNFIT = [
    ("list.yaml", b"- a\n", "list.yaml:1: the top of the file is a list"),
    ("text.yaml", b"a", "text.yaml:1: the top of the file is a single value"),
    ("nul.yaml", b"a: \0\n", "nul.yaml: is a binary file"),
    ("utf16.yaml", "a: b".encode("utf-16"), "utf16.yaml: is a binary file"),
    ("latin.yaml", b"a: b\nc: \xe9\n", "latin.yaml:2: is not UTF-8"),
    ("bell.yaml", b"a: \x07\n", "bell.yaml:1: is not YAML: the character '\\x07' cannot stand in it"),
    ("alias.yaml", b"a: &x {}\nb: *x\n", "alias.yaml:2: the alias *x is not supported"),
    ("tag.yaml", b"a: !!set {}\n", "tag.yaml:1: the tag '!!set' is not supported"),
    ("two.yaml", b"a: b\n---\na: b\n", "two.yaml:2: a second document begins (---)"),
    ("deep.yaml", b"[" * 100, "deep.yaml:1: is nested more than 20 deep"),
    ("open.yaml", b"a: [\n", "open.yaml:2: is not YAML: "),
    ("team.yml", b"", f"team.yml: is not read; {_ENDINGS}; rename it to team.yaml"),
    ("TEAM.YAML", b"", f"TEAM.YAML: is not read; {_ENDINGS}; rename it to TEAM.yaml"),
    ("team.json", b"", f"team.json: is not read; {_ENDINGS}; rename it to team.yaml"),
    ("team.yaml.bak", b"", f"team.yaml.bak: is not read; {_ENDINGS}; move it elsewhere"),
    ("folder.yaml/a.yaml", b"", "folder.yaml: is a folder; allowed: files that end in .yaml; move its files up"),
    ("a\nb.yaml", b"[]", "'a\\nb.yaml':1: the top of the file is a list"),
]  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.mark.parametrize(("name", "content", "message"), UNFIT, ids=[name for name, _, _ in UNFIT])
def test_a_file_that_cannot_be_read_is_refused(name: str, content: bytes, message: str, checkout: Checkout) -> None:
    checkout.write(f"prod.d/{name}", content)
    (said,) = checkout.said()
    assert said.startswith(f"prod.d/{message}")


def test_all_that_cannot_be_read_is_told_at_once(checkout: Checkout) -> None:
    for name, content, _ in UNFIT:
        checkout.write(f"prod.d/{name}", content)
    checkout.write("prod.yaml", "[]")
    assert len(checkout.said()) == len(UNFIT) + 1


def test_what_only_follows_from_a_file_that_cannot_be_read_is_not_told(checkout: Checkout) -> None:
    checkout.write("prod.d/analytics.yaml", TEAM)
    checkout.write("prod.yaml", "[]")
    (said,) = checkout.said()
    assert said.startswith("prod.yaml:1: the top of the file is a list; ")


def test_what_editors_and_people_leave_there_is_not_read(checkout: Checkout) -> None:
    for name in (".analytics.yaml.swp", ".gitkeep", "analytics.yaml~", "#analytics.yaml#", "README.md"):
        checkout.write(f"prod.d/{name}", b"\xff [")
    checkout.write("prod.d/empty.yaml", "")
    checkout.write("prod.d/comments.yaml", "# nothing yet\n---\n")
    assert list(checkout.load().settings.consumers) == ["shop"]


def test_links_lead_to_files_of_the_configuration_only(checkout: Checkout, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(TEAM)
    checkout.write("../shared/analytics.yaml", TEAM)
    folder = checkout.path("prod.d")
    folder.mkdir()
    (folder / "a.yaml").symlink_to("../../shared/analytics.yaml")
    assert list(checkout.load().settings.consumers) == ["shop", "analytics"]
    for name, target in (("a.yaml", outside), ("b.yaml", "b.yaml"), ("c.yaml", "gone.yaml"), ("d", tmp_path)):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)
    said = checkout.said()
    assert said[0].startswith("prod.d/a.yaml: is a link that leads out of config/; ")
    assert said[1].startswith("prod.d/b.yaml: cannot be read (Too many levels of symbolic links)")
    assert said[2].startswith("prod.d/c.yaml: there is no such file")
    assert said[3].startswith("prod.d/d: is a link that leads out of config/; ")
    shutil.rmtree(folder)
    folder.symlink_to(tmp_path)
    assert checkout.said()[0].startswith("prod.d/checkout: is a link that leads out of config/; ")
    folder.unlink()
    folder.symlink_to("gone.d")
    assert checkout.said()[0].startswith("prod.d: cannot be read (No such file or directory)")
    folder.rename(checkout.path("prdo.d"))
    assert checkout.said()[0].startswith("prdo.d: belongs to no environment: ")


def test_a_pipe_is_refused_instead_of_waited_for(checkout: Checkout) -> None:
    checkout.path("prod.d").mkdir()
    os.mkfifo(checkout.path("prod.d/a.yaml"))
    assert checkout.said()[0].startswith("prod.d/a.yaml: is no regular file; ")


def test_what_may_not_be_read_is_refused(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """By root, too, who may read everything."""
    file = checkout.write("prod.d/a.yaml", TEAM)
    opened = Path.open

    def refuse(path: Path, *words: Any, **named: Any) -> Any:
        if path == file:
            raise PermissionError(13, "Permission denied")
        return opened(path, *words, **named)

    monkeypatch.setattr(Path, "open", refuse)
    assert checkout.said() == ["prod.d/a.yaml: cannot be read (Permission denied); check its path and permissions"]


def test_a_folder_that_is_none_is_refused(checkout: Checkout) -> None:
    checkout.write("prod.d", "")
    (said,) = checkout.said()
    assert said.startswith("prod.d: cannot be read (Not a directory); allowed: a folder of YAML files; ")


def test_a_folder_without_its_environment_is_told_whoever_is_chosen(checkout: Checkout) -> None:
    checkout.write("prdo.d/analytics.yaml", TEAM)
    (said,) = checkout.said()
    assert said == (
        "prdo.d: belongs to no environment: there is no prdo.yaml; allowed: the name of an environment with .d behind "
        "it; create prdo.yaml, or rename or remove the folder"
    )
    assert checkout.said("prdo") == [
        "prdo.yaml: there is no such file; prdo.d belongs to it: create it, or rename that folder"
    ]


def test_all_files_together_are_no_larger_than_one_may_be(checkout: Checkout) -> None:
    for number in range(12):
        checkout.write(f"prod.d/{number:02}.yaml", b"#" * (LARGEST_BYTES // 10))
    assert checkout.said() == [
        "prod.d/09.yaml: makes its environment larger than 1,000,000 bytes; allowed: a configuration written by "
        "people; check that it is the right file"
    ]


def test_all_files_together_have_no_more_entries_than_one_may_have(checkout: Checkout) -> None:
    for number in range(6):
        labels = ", ".join(f"a{number}-{at}: b" for at in range(MOST_ENTRIES // 10))
        checkout.write(f"prod.d/{number}.yaml", f"labels: {{{labels}}}\n")
    (said,) = checkout.said()
    assert said.startswith("prod.d/4.yaml:1: brings its environment to more than 50,000 keys and values; ")


def test_empty_mappings_and_lists_are_entries_too(checkout: Checkout) -> None:
    checkout.write("prod.d/empty.yaml", f"x: [{'{}, [], ' * (MOST_ENTRIES // 2)}]\n")
    (said,) = checkout.said()
    assert said.startswith("prod.d/empty.yaml:1: brings its environment to more than 50,000 keys and values; ")
