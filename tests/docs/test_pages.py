"""What the documentation says is true: its commands parse, its files load, its links lead somewhere."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from commands import options
from config.loading import load
from stacks import synthesis
from tests.conftest import CHECKOUT, DEFAULT, REFERENCE
from tests.docs.pages import (
    PAGES,
    Block,
    anchors,
    blocks,
    commands,
    environment_of,
    links,
    name,
    write_environment,
)

README = CHECKOUT / "README.md"
CLI = {"deploy", "diff", "destroy", "list", "output", "help"}
STACKS = {"producer", "consumer"}
COMMANDS = sorted({(name(page), command) for page in PAGES for command in commands(page)})
YAML = [block for page in PAGES for block in blocks(page, "yaml")]
SHELL = [block for page in PAGES for block in blocks(page, "sh")]


def test_the_readmes_first_block_is_exactly_the_two_commands() -> None:
    assert blocks(README)[0].text == "./psc synth\n./psc test\n"


def test_the_readme_begins_with_a_title_and_three_sentences() -> None:
    title, paragraph = README.read_text().split("\n\n")[:2]
    assert title == "# cloudrun-psc"
    assert len(re.findall(r"\.(?:\s|$)", paragraph)) == 3


def shown_consumers(page: Path) -> set[str]:
    """The keys of the consumers in a page's examples: each is a stack."""
    read = [yaml.safe_load(block.text) for block in blocks(page, "yaml")]
    return {key for one in read if isinstance(one, dict) for key in one.get("consumers", {})}


@pytest.mark.parametrize(("page", "command"), COMMANDS, ids=[f"{page}: {command}" for page, command in COMMANDS])
def test_a_documented_command_can_be_typed(page: str, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("PSC_ENV", "PSC_CONFIG"):
        monkeypatch.setenv(variable, "")  # what --env and --config leave behind is undone
        monkeypatch.delenv(variable)
    words = shlex.split(command, comments=True)[1:]
    if words[:1] == ["COMMAND"]:
        words[0] = "synth"
    found, args = options.parse(words)
    if found is None:
        return  # help was shown
    if found.name == "cdktf" and args.words:
        first, *stacks = [word for word in args.words if not word.startswith("-") and word != "…"]
        assert first in CLI, f"{page}: cdktf has no command {first}"
        assert set(stacks) <= STACKS | shown_consumers(CHECKOUT / page), f"{page}: {command}"
    if found.name == "test":
        for word in args.words:
            assert not word.startswith("tests") or (CHECKOUT / word).exists(), f"{page}: there is no {word}"


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_a_shell_block_is_a_shells(block: Block) -> None:
    done = subprocess.run(["sh", "-n"], input=block.text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def merged(whole: Any, part: Any) -> Any:
    """`whole` with the values of `part`."""
    if isinstance(whole, dict) and isinstance(part, dict):
        return whole | {key: merged(whole.get(key), value) for key, value in part.items()}
    return part


@pytest.mark.parametrize("block", YAML, ids=str)
def test_a_block_of_yaml_loads(block: Block, tmp_path: Path) -> None:
    environment = environment_of(block)
    if environment is None:  # a part that is read as an edit of the default file
        file = tmp_path / "part.yaml"
        # Lists stand with their replacement: what a page shows is what the reader puts in.
        file.write_text(yaml.safe_dump(merged(yaml.safe_load(DEFAULT.read_text()), yaml.safe_load(block.text))))
        assert load(REFERENCE, {"PSC_CONFIG": str(file)}).settings
        return
    if not environment:
        assert any(f"extends: ../{block.text.split('/', 1)[1].splitlines()[0]}" in other.text for other in YAML)
        return
    write_environment(block.page, environment, tmp_path)
    settings = load(tmp_path, {"PSC_ENV": environment}).settings
    assert synthesis.synthesize(settings, tmp_path / "out", REFERENCE / "locks").is_dir()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name(page)} links to {link}, which is not there"
        if anchor:
            assert anchor in anchors(target), f"{name(page)} links to {link}; {name(target)} has no such heading"


@pytest.mark.parametrize(
    ("index", "pages"),
    [("docs/README.md", sorted((CHECKOUT / "docs").glob("*.md"))), ("docs/adr/README.md", [])],
    ids=["docs", "adr"],
)
def test_every_page_is_in_its_index(index: str, pages: list[Path]) -> None:
    page = CHECKOUT / index
    expected = {one.name for one in pages or page.parent.glob("*.md")} - {"README.md"}
    assert expected <= set(links(page))


def test_pages_that_messages_point_at_exist() -> None:
    mentioned = {
        (path.relative_to(CHECKOUT).as_posix(), page)
        for folder in ("commands", "config", "constructs/src", "handover", "live", "rehearsal", "review", "stacks")
        for path in (CHECKOUT / folder).rglob("*.py")
        for page in re.findall(r"docs/[\w/-]+\.md", path.read_text())
    }
    assert mentioned
    assert [one for one in sorted(mentioned) if not (CHECKOUT / one[1]).exists()] == []


@pytest.mark.parametrize("record", sorted((CHECKOUT / "docs" / "adr").glob("0*.md")), ids=lambda path: path.stem)
def test_a_decision_is_recorded_with_context_and_consequences(record: Path) -> None:
    headings = re.findall(r"^## (.+)$", record.read_text(), re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences"]


def test_the_state_page_names_the_states_that_there_are(tmp_path: Path) -> None:
    from stacks.layout import local_state

    text = (CHECKOUT / "docs" / "state.md").read_text()
    for stack in sorted(STACKS):
        assert f"`{Path(local_state('default', stack)).name}`" in text


@pytest.mark.parametrize(
    "words",
    [
        "PENDING", "REJECTED", "CLOSED", "401", "403", "404", "503", "time-out",
        "Unable to find remote state", "Backend configuration changed", "already exists", "is tainted",
        "resourceInUseByAnotherResource", "Error acquiring the state lock", "Instance cannot be destroyed",
        "cannot change from", "cannot become", "cannot be renamed", "-replace=terraform_data.first_deployment",
    ],
)  # fmt: skip
def test_troubleshooting_is_found_by_what_one_sees(words: str) -> None:
    assert words in (CHECKOUT / "docs" / "troubleshooting.md").read_text()


def test_troubleshooting_gives_a_command_in_every_section() -> None:
    text = (CHECKOUT / "docs" / "troubleshooting.md").read_text()
    for section in re.split(r"^#{2,3} ", text, flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        if body.strip():
            assert "`" in body, f"{title}: what is one to do?"
