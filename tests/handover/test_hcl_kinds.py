"""The table of blocks and maps against the provider's own schema, and against everything that is synthesized."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from deployment.roles import TABLE
from deployment.terraform_variables import for_init
from handover import hcl_kinds
from handover.bundle import Wish
from tests.handover.conftest import CONFIGURATIONS, Make


@pytest.fixture(scope="module", params=["7.45.0", "6.50.0"])
def schema(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the real provider, and Terraform itself, say of their kinds."""
    terraform = shutil.which("terraform")
    if not terraform:
        pytest.skip("Terraform is not on PATH")
    folder = tmp_path_factory.mktemp("schema")
    google = {"source": "hashicorp/google", "version": request.param}
    content = {
        "terraform": {"required_providers": {"google": google}},
        "resource": {"terraform_data": {"x": {}}},
    }
    (folder / "main.tf.json").write_text(json.dumps(content))
    init = subprocess.run(
        [terraform, "init", "-input=false"], cwd=folder, env=for_init(), capture_output=True, check=False
    )
    if init.returncode != 0:
        pytest.skip(f"the google provider {request.param} cannot be had")
    shown = subprocess.run(
        [terraform, "providers", "schema", "-json"], cwd=folder, env=for_init(), capture_output=True, check=True
    )
    providers = json.loads(shown.stdout)["provider_schemas"]
    found: dict[str, Any] = {"resource": {}, "data": {}, "provider": {}}
    for name, one in providers.items():
        found["resource"] |= one.get("resource_schemas", {})
        found["data"] |= one.get("data_source_schemas", {})
        found["provider"][name.rpartition("/")[2]] = one["provider"]
    return found


def mistakes(keys: Mapping[str, Any], block: Mapping[str, Any], where: str) -> Iterator[str]:
    """Where the table says block and the schema does not, or map."""
    for key, inner in keys.items():
        nested = block.get("block_types", {}).get(key)
        if inner == hcl_kinds.MAP:
            type_ = block.get("attributes", {}).get(key, {}).get("type")
            if not (type_ == "dynamic" or (isinstance(type_, list) and type_[0] in {"map", "object"})):
                yield f"{where}.{key} is no map"
        elif nested is None:
            yield f"{where}.{key} is no block"
        else:
            yield from mistakes(inner, nested["block"], f"{where}.{key}")


def test_blocks_are_blocks_and_maps_are_maps(schema: dict[str, Any]) -> None:
    tables = (("resource", hcl_kinds.RESOURCES), ("data", hcl_kinds.DATA), ("provider", hcl_kinds.PROVIDERS))
    found = []
    for section, table in tables:
        for kind, keys in table.items():
            found += list(mistakes(keys, schema[section][kind]["block"], f"{section} {kind}"))
    assert found == []


def test_a_kind_that_roles_know_is_known_here(schema: dict[str, Any]) -> None:
    kinds = {kind.split()[0].removeprefix("data.") for kind in TABLE if " " not in kind}
    assert kinds <= hcl_kinds.RESOURCES.keys() | hcl_kinds.DATA.keys()


@pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.stem)
def test_everything_that_is_synthesized_can_be_said(file: Path, make: Make) -> None:
    assert make(file, Wish(format="hcl")).files
