"""Google's error answers: one exception, written in the two forms that the APIs use.

Compute Engine and Cloud Storage add the older list `errors` with a reason; every API gives `code`, `message` and,
where the error model of https://cloud.google.com/apis/design/errors is used, `status` and `details`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from standin.message import Json

# What an error has unless it says otherwise: the error model's status, and the older APIs' reason.
_USUAL: Mapping[int, tuple[str, str]] = {
    400: ("INVALID_ARGUMENT", "invalid"),
    401: ("UNAUTHENTICATED", "authError"),
    403: ("PERMISSION_DENIED", "forbidden"),
    404: ("NOT_FOUND", "notFound"),
    409: ("ALREADY_EXISTS", "alreadyExists"),
    412: ("FAILED_PRECONDITION", "conditionNotMet"),
    429: ("RESOURCE_EXHAUSTED", "rateLimitExceeded"),
    500: ("INTERNAL", "internalError"),
    501: ("UNIMPLEMENTED", "notImplemented"),
    503: ("UNAVAILABLE", "backendError"),
}

# https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
_RPC: Mapping[str, int] = {
    "INVALID_ARGUMENT": 3,
    "NOT_FOUND": 5,
    "ALREADY_EXISTS": 6,
    "PERMISSION_DENIED": 7,
    "RESOURCE_EXHAUSTED": 8,
    "FAILED_PRECONDITION": 9,
    "UNIMPLEMENTED": 12,
    "INTERNAL": 13,
    "UNAVAILABLE": 14,
}


class GoogleError(Exception):
    """An answer other than success, as an API gives it. `reason` is the older APIs' camelCase word."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        reason: str = "",
        status: str = "",
        domain: str = "global",
        details: Sequence[Json] = (),
        extended_help: str = "",
        shows_status: bool = True,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        usual_status, usual_reason = _USUAL.get(code, ("UNKNOWN", "invalid"))
        self.reason = reason or usual_reason
        self.status = status or usual_status
        self.domain = domain
        self.details = list(details)
        self.extended_help = extended_help
        self.shows_status = shows_status

    def body_code(self) -> int:
        """The number of google.rpc.Code, as long-running operations carry it instead of the HTTP code."""
        return _RPC.get(self.status, 2)

    def body(self) -> Json:
        """The whole answer. The list `errors` is given by every API here: clients that do not know it ignore it."""
        entry: Json = {"message": self.message, "domain": self.domain, "reason": self.reason}
        if self.extended_help:
            entry["extendedHelp"] = self.extended_help
        error: Json = {"code": self.code, "message": self.message, "errors": [entry]}
        if self.shows_status:
            error["status"] = self.status
        if self.details:
            error["details"] = self.details
        return {"error": error}


def detail(kind: str, **fields: Any) -> Json:
    """A detail of an error (https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto)."""
    return {"@type": f"type.googleapis.com/google.rpc.{kind}", **fields}


def not_found(path: str) -> GoogleError:
    """Compute Engine's 404 for a resource or for a reference to one; it has no status."""
    return GoogleError(404, f"The resource '{path}' was not found", reason="notFound", shows_status=False)


def invalid(field: str, value: object, why: str) -> GoogleError:
    """Compute Engine's 400 for a field's value."""
    return GoogleError(400, f"Invalid value for field '{field}': '{value}'. {why}", reason="invalid")


def in_use(kind: str, path: str, user: str) -> GoogleError:
    """Compute Engine's 400 for what something else still uses; it writes the kind in snake case."""
    snake = re.sub(r"[A-Z]", lambda capital: f"_{capital[0].lower()}", kind)
    return GoogleError(
        400,
        f"The {snake} resource '{path}' is already being used by '{user}'",
        reason="resourceInUseByAnotherResource",
    )
