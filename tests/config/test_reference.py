"""docs/configuration.md: its tables are the settings, and its examples are files that load."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from config.loading import load
from config.overriding import VARIABLES
from config.problems import dotted
from config.reference import reference_text
from tests.conftest import CHECKOUT, DEFAULT
from tests.docs.pages import blocks, write_environment

PAGE = CHECKOUT / "docs" / "configuration.md"
WITH_ANALYTICS = {"live", "two-consumers", "consumer-only", "shared", "mixed"}
MARKER = "<!-- What follows is printed by ./psc config --reference. -->\n"
EXAMPLES = re.findall(r"```yaml\n# config/environments/([a-z-]+)\.yaml\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)


def test_the_tables_are_up_to_date() -> None:
    _, _, tables = PAGE.read_text(encoding="utf-8").partition(MARKER)
    assert tables == f"\n{reference_text()}", (
        "run: sed -i '/^<!-- What follows/q' docs/configuration.md && echo >> docs/configuration.md && "
        "./psc config --reference >> docs/configuration.md"
    )


def test_every_yaml_block_is_a_file() -> None:
    parts = [
        block for block in blocks(PAGE, "yaml") if re.match(r"# config/(?:environments/live\.d|shared)/", block.text)
    ]
    assert len(EXAMPLES) == PAGE.read_text().count("```yaml") - len(parts)
    assert len({name for name, _ in EXAMPLES}) == len(EXAMPLES) > 10


@pytest.mark.parametrize("name", [name for name, _ in EXAMPLES])
def test_an_example_loads(name: str, tmp_path: Path) -> None:
    write_environment(PAGE, name, tmp_path)
    made = load(tmp_path, {"PSC_ENV": name})
    assert (made.settings.environment, "analytics" in made.settings.consumers) == (name, name in WITH_ANALYTICS)
    warnings = [note for note in made.notes if "example ids" not in note]
    assert warnings == []


def test_the_default_example_is_the_shipped_file() -> None:
    shipped = yaml.safe_load(DEFAULT.read_text())
    assert yaml.safe_load(dict(EXAMPLES)["default"]) == shipped


def test_the_page_names_every_variable_with_its_key() -> None:
    text = PAGE.read_text()
    for variable, path in VARIABLES.items():
        assert f"| `{variable}` | `{dotted(path)}`" in text


def test_links_within_the_page_lead_somewhere() -> None:
    text = PAGE.read_text()
    headings = {
        re.sub(r"[^a-z0-9_ -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= headings


def test_no_key_is_without_meaning() -> None:
    assert not re.findall(r"\|  \|$", reference_text(), flags=re.MULTILINE)
