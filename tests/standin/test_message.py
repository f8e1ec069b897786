"""What a patch makes of a message."""

from __future__ import annotations

import pytest

from standin.message import Json, merge
from tests.standin.conftest import Api, good, subnet


@pytest.mark.parametrize(
    ("message", "patch", "patched"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": {"b": "c"}}, {"a": {"d": "e"}}, {"a": {"b": "c", "d": "e"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_messages_merge_as_in_rfc_7396(message: Json, patch: Json, patched: Json) -> None:
    """Examples of the RFC's appendix A, and a nested field beside one that stays."""
    merge(message, patch)
    assert message == patched


def test_a_patch_of_a_nested_message_leaves_its_other_fields(api: Api) -> None:
    log = {"enable": True, "aggregationInterval": "INTERVAL_1_MIN", "flowSampling": 0.1}
    good(api.insert("subnetworks", subnet("new", "10.0.9.0/24", logConfig=log)))
    api.cloud.finish_all()
    good(api.patch("subnetworks", "new", {"logConfig": {"flowSampling": 0.9, "aggregationInterval": None}}))
    patched = api.get("subnetworks", "new")["logConfig"]
    assert (patched["enable"], patched["flowSampling"]) == (True, 0.9), "the rest of the message stays"
    assert patched["aggregationInterval"] == "INTERVAL_5_SEC", "null takes the field back to Google's default"
