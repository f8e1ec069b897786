"""Lists of Compute Engine: by scope or aggregated, filtered and in pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from standin import links
from standin.call import Call
from standin.cloud import Cloud, Record
from standin.compute.kinds import KINDS
from standin.message import Json
from standin.pages import page_of
from standin.place import Place


def answer(cloud: Cloud, call: Call, place: Place) -> Json:
    """One page of a list; of a scope or, for the scope `aggregated`, of all."""
    collection, kind = place.collection, KINDS[place.collection]
    everywhere = place.scope == "aggregated"
    records = sorted(cloud.compute.of(collection, place.project), key=lambda record: record.path)
    shown = [(record, kind.shown(cloud, record)) for record in records if everywhere or record.scope == place.scope]
    kept = [(record, body) for record, body in shown if _matches(body, call.query.get("filter", ""))]
    page, following = page_of(kept, call.query.get("maxResults", ""), call.query.get("pageToken", ""))
    path = place.path.rstrip("/")
    body: Json = {"id": path, "selfLink": links.full(path), **following}
    if everywhere:
        return body | {"kind": f"compute#{kind.noun}AggregatedList", "items": _by_scope(page, collection)}
    return body | {"kind": f"compute#{kind.noun}List", "items": [shown_body for _, shown_body in page]}


def _by_scope(page: Iterable[tuple[Record, Json]], collection: str) -> Json:
    grouped: Json = {}
    for record, body in page:
        grouped.setdefault(record.scope, {collection: []})[collection].append(body)
    return grouped


def _matches(body: Json, expression: str) -> bool:
    """Google's filters: `field=value`, `field eq regex`, `field ne …`, joined by blanks or AND, in brackets."""
    terms = re.findall(r"\(?([\w.]+)\s*(=|!=|:| eq | ne )\s*\(?\"?([^\"()\s]+)\"?\)?", expression)
    for name, operator, wanted in terms:
        value: Any = body
        for step in name.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        text = str(value).lower() if isinstance(value, bool) else str(value or "")
        if operator == " eq ":
            held = re.fullmatch(wanted, text) is not None
        elif operator == " ne ":
            held = re.fullmatch(wanted, text) is None
        elif operator == ":":
            held = wanted.strip("*") in text
        else:
            held = (text == wanted) == (operator == "=")
        if not held:
            return False
    return True
