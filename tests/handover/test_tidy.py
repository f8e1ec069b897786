"""What linters of Terraform ask for: everything is declared with its words and used, and what is skipped says why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deployment.values import strings
from handover.bundle import Wish
from handover.checkov import SKIPS
from tests.handover.conftest import CONFIGURATIONS, Make

UNUSED = "terraform_unused_declarations"
EVERY = pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.stem)


@EVERY
def test_nothing_is_declared_in_vain(file: Path, make: Make) -> None:
    for stack in make(file).stacks:
        said = "\n".join(strings({key: part for key, part in stack.content.items() if key != "variable"}))
        assert [one.name for one in stack.variables if not re.search(rf"\bvar\.{one.name}\b", said)] == []
        locals_ = stack.content.get("locals", {})
        assert [name for name in locals_ if not re.search(rf"\blocal\.{name}\b", said)] == []
        unused = [
            f"{type_}.{name}"
            for type_, named in stack.content.get("data", {}).items()
            for name, data in named.items()
            if f"data.{type_}.{name}" not in said and "postcondition" not in data.get("lifecycle", {})
        ]
        # Read for the sake of a plan that ends where it is not there.
        assert [one for one in unused if not one.startswith("google_compute_region_ssl_certificate.")] == []


@EVERY
def test_everything_has_its_words_and_a_name_in_small_letters(file: Path, make: Make) -> None:
    for stack in make(file).stacks:
        content = stack.content
        assert [name for name, one in content.get("output", {}).items() if not one.get("description")] == []
        assert [one.name for one in stack.variables if not (one.type and one.description)] == []
        named = [
            name for section in ("resource", "data") for each in content.get(section, {}).values() for name in each
        ]
        named += [*content.get("output", {}), *content.get("variable", {}), *content.get("locals", {})]
        assert [name for name in named if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []
        assert content["terraform"]["required_version"]
        assert all(one["source"] and one["version"] for one in content["terraform"]["required_providers"].values())


@EVERY
def test_the_hcl_is_as_linters_want_it(file: Path, make: Make) -> None:
    """As the rules of tflint's Terraform ruleset, all of them, that the text of a file can break."""
    made = make(file, Wish(format="hcl"))
    for stack in made.stacks:
        texts = {path: text.decode() for path, text in made.files.items() if path.startswith(f"{stack.name}/")}
        said = "\n".join(text for path, text in texts.items() if path.endswith(".tf"))
        assert not re.search(r'^\s*(?:\w+\s*=\s*)?"\$\{[^"{}]*\}",?$', said, re.MULTILINE), (
            "a template that is an expression"
        )
        assert not re.search(r"^\s*(?://|/\*)", said, re.MULTILINE), "comments begin with #"
        deprecated = r"[a-z_]\.\d+\.[a-z]|\blookup\([^,()]*\)|== \[\]|\[\] =="
        assert not re.search(deprecated, said)
        assert {f"{stack.name}/{name}.tf" for name in ("main", "variables", "outputs")} <= texts.keys()
        kept = ("main", "checks", "guards", "callers")
        assert not any("\nvariable " in f"\n{texts.get(f'{stack.name}/{name}.tf', '')}" for name in (*kept, "outputs"))
        assert not any("\noutput " in f"\n{texts.get(f'{stack.name}/{name}.tf', '')}" for name in (*kept, "variables"))
        for type_, name in re.findall(r'^data "(\w+)" "(\w+)"', said, re.MULTILINE):
            used = re.search(rf"\bdata\.{type_}\.{name}\b", said)
            ignored = f'# tflint-ignore: {UNUSED} # read for what a plan asks of it\ndata "{type_}" "{name}"'
            assert bool(used) != (ignored in said), f"{type_}.{name}"


def test_each_finding_that_is_skipped_says_why_and_there_is_one_of_each(make: Make) -> None:
    texts = [
        content.decode()
        for file in CONFIGURATIONS
        for path, content in make(file, Wish(format="hcl")).files.items()
        if path.endswith(".tf")
    ]
    for skip in SKIPS:
        line = f"  #checkov:skip={skip.check}:{skip.reason}"
        assert len(line) <= 120
        assert any(f'"{skip.type}"' in text and line in text.split("\n") for text in texts), skip.check
    assert not any("#checkov" in text for file in CONFIGURATIONS[:1] for text in _json(make, file))


def _json(make: Make, file: Path) -> list[str]:
    return [content.decode() for path, content in make(file).files.items() if path.endswith(".tf.json")]
