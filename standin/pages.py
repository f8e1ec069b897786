"""Lists in pages, the same way for every API."""

from __future__ import annotations

from typing import TypeVar

from standin.google_error import GoogleError
from standin.message import Json

_T = TypeVar("_T")

# https://cloud.google.com/compute/docs/reference/rest/v1/instances/list: 500 results a page unless asked otherwise.
_PAGE = 500


def page_of(items: list[_T], size: str, token: str) -> tuple[list[_T], Json]:
    """The items after a page token, and the field that leads to the next page; no field on the last page."""
    try:
        start, length = int(token or 0), int(size or _PAGE) or _PAGE
    except ValueError:
        raise GoogleError(400, f"Invalid value for field 'pageToken': '{token}'.") from None
    following = start + length
    return items[start:following], {"nextPageToken": str(following)} if following < len(items) else {}
