"""What is said of a kind exists in Google's description of Compute Engine."""

from __future__ import annotations

import re

import pytest

from standin.compute.kind import Kind
from standin.compute.kinds import KINDS
from standin.discovery import description

COMPUTE = description("compute", "v1")


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.collection)
def test_fields_and_methods_of_a_kind_are_googles(kind: Kind) -> None:
    assert COMPUTE
    fields = {reference.field for reference in kind.references} | ({kind.takes} - {""})
    mentioned = {re.split(r"[.\[]", field)[0] for field in fields}
    assert mentioned <= COMPUTE.schemas[kind.noun[0].upper() + kind.noun[1:]]["properties"].keys()
    methods = (method for group in COMPUTE.methods.values() for method in group)
    assert kind.actions.keys() | kind.views.keys() <= {
        m.verb for m in methods if f"/{kind.collection}/" in m.pattern.pattern
    }


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.collection)
def test_links_of_a_kind_lead_to_kinds(kind: Kind) -> None:
    assert {collection for reference in kind.references for collection in reference.to} <= KINDS.keys()
