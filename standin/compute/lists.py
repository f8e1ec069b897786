"""Lists of Compute Engine: by scope or aggregated, filtered and in pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar

from standin.call import Call
from standin.cloud import Cloud, Record
from standin.compute import kinds, view
from standin.google_error import GoogleError

Json = dict[str, Any]
_T = TypeVar("_T")

# https://cloud.google.com/compute/docs/reference/rest/v1/instances/list: 500 results a page unless asked otherwise.
_PAGE = 500


def answer(cloud: Cloud, call: Call, project: str, scope: str, collection: str) -> Json:
    """One page of a list."""
    wanted = [r for r in cloud.compute.of(collection, project) if scope in ("aggregated", r.scope)]
    shown = [(record, view.show(cloud, record)) for record in sorted(wanted, key=lambda r: r.path)]
    kept = [(record, body) for record, body in shown if _matches(body, call.query.get("filter", ""))]
    page, token = page_of(kept, call.query.get("maxResults", ""), call.query.get("pageToken", ""))
    kind = f"compute#{kinds.SINGULAR[collection]}"
    body: Json = {
        "id": f"projects/{project}/{scope}/{collection}",
        "selfLink": f"https://www.googleapis.com/compute/v1/projects/{project}/{scope}/{collection}",
    }
    if token:
        body["nextPageToken"] = token
    if scope == "aggregated":
        return body | {"kind": f"{kind}AggregatedList", "items": _by_scope(page, collection)}
    return body | {"kind": f"{kind}List", "items": [shown_body for _, shown_body in page]}


def _by_scope(page: Iterable[tuple[Record, Json]], collection: str) -> Json:
    grouped: Json = {}
    for record, body in page:
        grouped.setdefault(record.scope, {collection: []})[collection].append(body)
    return grouped


def page_of(items: list[_T], size: str, token: str) -> tuple[list[_T], str]:
    """The items after a page token, and the token of the next page."""
    try:
        start, length = int(token or 0), int(size or _PAGE) or _PAGE
    except ValueError:
        raise GoogleError(400, f"Invalid value for field 'pageToken': '{token}'.") from None
    following = start + length
    return items[start:following], str(following) if following < len(items) else ""


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
