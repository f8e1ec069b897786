"""config/schema.json is what the settings say, and editors can rely on it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from config.loading import load
from config.schema import schema, schema_text
from tests.conftest import CHECKOUT, REFERENCE

FILES = [
    *sorted((CHECKOUT / "config" / "environments").glob("*.yaml")),
    *sorted((CHECKOUT / "tests" / "stacks" / "configurations").glob("*.yaml")),
]


def errors(data: object, *, part: bool = False) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema(part=part))
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(data)]


def test_the_committed_schemas_are_up_to_date() -> None:
    committed = (CHECKOUT / "config" / "schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(), "run ./psc config --schema > config/schema.json"
    committed = (CHECKOUT / "config" / "part.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(part=True), "run ./psc config --part-schema > config/part.schema.json"


def test_a_part_may_lack_what_another_file_has_and_nothing_else() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text(part=True)))
    for text in ("extends: ../shared/common.yaml", "producer: {services: {hello: {}}}", "consumers: {shop: {}}"):
        assert errors(yaml.safe_load(text), part=True) == []
    for text in ("regoin: a", "extends: /shared/common.yaml", "consumers: {shop: {project: Mine}}"):
        assert len(errors(yaml.safe_load(text), part=True)) == 1


def test_vs_code_checks_every_file_with_its_schema() -> None:
    schemas = json.loads((CHECKOUT / ".vscode" / "settings.json").read_text())["yaml.schemas"]
    assert all((CHECKOUT / file).exists() for file in schemas)
    given = [
        pattern for patterns in schemas.values() for pattern in ([patterns] if isinstance(patterns, str) else patterns)
    ]
    for file in ("environments/prod.yaml", "environments/prod.d/a.yaml", "shared/common.yaml"):
        # A star of a glob does not match a slash.
        fitting = [one for one in given if re.fullmatch(re.escape(one).replace(r"\*", "[^/]*"), f"config/{file}")]
        assert len(fitting) == 1


def test_it_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_accepts_what_the_loader_accepts(file: Path) -> None:
    variables = {} if file.stem == "default" else {"PSC_CONFIG": str(file)}
    assert load(REFERENCE, variables).settings
    assert errors(yaml.safe_load(file.read_text())) == []


@pytest.mark.parametrize("file", FILES[:1], ids=lambda file: file.stem)
def test_the_shipped_files_name_it(file: Path) -> None:
    first = file.read_text().splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (file.parent / first.partition("=")[2]).resolve() == CHECKOUT / "config" / "schema.json"


@pytest.mark.parametrize(
    "text",
    [
        "regoin: us-east1",
        "region: us-east1-b",
        "region: 7",
        "[]",
        "producer: {}",
        "producer: {project: Mine}",
        "producer: {project: my-project, services: {hello: {ingress: all}}}",
        "producer: {project: my-project, services: {hello: {accept: {other-project: 0}}}}",
        "producer: {project: my-project, services: {hello: {nat_ranges: []}}}",
        "producer: {project: my-project, services: {Hello: {}}}",
        "consumers: {consumer: {project: my-project, flow_logs: {sampling: 2}}}",
        "state: {backend: s3}",
        "labels: {Team: a}",
        "labels: {team: A}",
    ],
)
def test_it_refuses_what_is_wrong(text: str) -> None:
    assert errors(yaml.safe_load(text))


def test_every_key_is_described() -> None:
    made: dict[str, Any] = schema()
    lacking = [
        f"{model.get('title')}.{key}"
        for model in (made, *made["$defs"].values())
        for key, values in model.get("properties", {}).items()
        if not values.get("description")
    ]
    assert lacking == []
