"""Files that stand beside a stack's synthesized ones while it is planned, and are gone afterwards whatever happens."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deployment.kinds.terraform import RECORD
from deployment.output_folder import StackFolder
from deployment.stack import Stack
from deployment.values import Json, mappings
from live.adopt.inventory import Found
from stacks.layout import PRODUCER, STACK_FILE

IMPORTS = "adopt.tf.json"
# By this name Terraform lays it over what the other files say:
# https://developer.hashicorp.com/terraform/language/files/override
OVER = "adopt_override.tf.json"
# OpenTofu reads it in place of the synthesized file, and Terraform reads it not at all:
# https://opentofu.org/docs/language/files/#opentofu-specific-files
INSTEAD = STACK_FILE.replace(".tf.", ".tofu.")
_STATE = "terraform_remote_state"


@contextmanager
def beside(
    folder: StackFolder,
    stack: Stack,
    found: Iterable[Found],
    outputs: Mapping[str, Any] | None,
    new: Collection[str] = (),
) -> Iterator[None]:
    """Import blocks for what is there; `outputs` are the producer's, where its state does not hold them yet.

    `new` are records which are to replace nothing as long as they are not in the state. An apply of the saved plan
    needs none of these files any more.
    """
    there = [one for one in found if one.stands == "there"]
    imports = [{"to": one.address, "id": one.id} for one in there]
    with tempfile.TemporaryDirectory(prefix="psc-adopt-") as place:
        over = {**_records(stack, there), **_producers_state(stack, outputs, Path(place))}
        files = {
            folder.folder / IMPORTS: {"import": imports} if imports else {},
            folder.folder / OVER: over,
            folder.folder / INSTEAD: _untriggered(folder.content(), new) if new else {},
        }
        try:
            for file, content in files.items():
                file.unlink(missing_ok=True)
                if content:
                    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
            yield
        finally:
            for file in files:
                file.unlink(missing_ok=True)


def new_triggers(plan: Json) -> frozenset[str]:
    """The records by whose creation a plan would replace something.

    That is how OpenTofu does it since 1.12; an override cannot take `replace_triggered_by` away.
    """
    changes = plan.get("resource_changes", [])
    if not any(one.get("action_reason") == "replace_by_triggers" for one in changes):
        return frozenset()
    records = (one for one in changes if one["type"] == RECORD.type and one["change"]["actions"] == ["create"])
    return frozenset(str(one["address"]) for one in records)


def _untriggered(content: Json, records: Collection[str]) -> Json:
    """A stack's Terraform JSON in which these replace nothing."""
    for lifecycle in (one["lifecycle"] for one in mappings(content) if isinstance(one.get("lifecycle"), dict)):
        if triggers := lifecycle.get("replace_triggered_by"):
            lifecycle["replace_triggered_by"] = [one for one in triggers if one not in records]
    return content


def _records(stack: Stack, there: Iterable[Found]) -> dict[str, Any]:
    """What records say of the first deployment, as it is seen in what exists.

    Only the first plan with a record reads it. By themselves they would take what was made without Terraform for a
    later deployment: a group of the given name would get another one, and global access would be refused.
    """
    records = {}
    for one in there:
        for ending, input_ in one.recorded.items():
            record = f"{one.address.rpartition('.')[2]}_{ending}"
            if f"{RECORD.type}.{record}" in stack.items:
                records[record] = {"input": dict(input_)}
    return {"resource": {RECORD.type: records}} if records else {}


def _producers_state(stack: Stack, outputs: Mapping[str, Any] | None, place: Path) -> dict[str, Any]:
    """Outputs that the producer will have, in place of its state."""
    data = stack.items.get(f"data.{_STATE}.{PRODUCER}")
    if data is None or outputs is None:
        return {}
    types = {str: "string", bool: "bool", int: "number", float: "number"}
    held = {
        name: {"value": value, "type": types[type(value)]} for name, value in outputs.items() if type(value) in types
    }
    state = {
        "version": 4,
        "terraform_version": "1.5.0",
        "serial": 1,
        "lineage": "adopt",
        "outputs": held,
        "resources": [],
    }
    file = place / "producer.tfstate"
    file.write_text(json.dumps(state), encoding="utf-8")
    instead = {"backend": "local", "config": {"path": str(file)}} | ({"count": 1} if "count" in data.values else {})
    return {"data": {_STATE: {PRODUCER: instead}}}
