"""docs/handover.md shows what ./psc handover really makes of the default configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loading import load
from deployment.output_folder import stacks_of
from handover.bundle import Bundle, Wish, bundle
from handover.manifest import read
from handover.present import present
from handover.source import source
from handover.verification import checksums, content, secrets
from tests.conftest import CHECKOUT, REFERENCE
from tests.docs.pages import blocks

PAGE = CHECKOUT / "docs" / "handover.md"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    from stacks.synthesis import synthesize

    settings = load(REFERENCE, {}).settings
    out = synthesize(settings, tmp_path_factory.mktemp("out"), REFERENCE / "locks")
    return bundle(stacks_of(out), settings, source(CHECKOUT), Wish(format="hcl"))


def shown(language: str, begins: str) -> str:
    """The page's one block that begins so."""
    (text,) = [block.text for block in blocks(PAGE, language) if block.text.startswith(begins)]
    return text


def test_the_list_of_files_is_the_bundles(made: Bundle) -> None:
    assert shown("text", "README.md").split() == list(made.files)


def test_the_file_of_values_is_the_bundles(made: Bundle) -> None:
    assert shown("hcl", "# Projects whose") == made.files["producer/terraform.tfvars"].decode()


def test_the_attachment_is_the_bundles(made: Bundle) -> None:
    assert shown("hcl", "# What consumers point") in made.files["producer/main.tf"].decode()


def test_the_refusal_is_the_bundles(made: Bundle) -> None:
    told = [rule.error_message for stack in made.stacks for each in stack.variables for rule in each.validations]
    assert shown("text", "An invoker is").strip() in told


def test_the_account_is_that_of_the_commands(made: Bundle, tmp_path: Path) -> None:
    said = f"wrote ../handover: {', '.join(made.manifest.stacks)}, {len(made.files)} files; begin with README.md\n"
    assert shown("text", "wrote") == said
    for path, text in made.files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(text)
    _, listed = read(tmp_path)
    there = present(tmp_path)
    verdicts = [checksums(there, listed), content(there, listed, made.files), secrets(there, ())]
    lines = [line for verdict in verdicts for line in verdict.lines()]
    lines.insert(0, "bundle: producer, consumer of the environment default")
    lines.insert(3, "terraform validate: producer, consumer valid")
    assert shown("text", "bundle:") == "\n".join(lines) + "\n"
