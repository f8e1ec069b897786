"""IAM Service Account Credentials v1: a token for an account that somebody acts as. Any token will do here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from standin.call import Call
from standin.cloud import Cloud
from standin.google_error import GoogleError
from standin.message import Json

_LIFETIME = timedelta(hours=1)  # the default of generateAccessToken (discovery document)


def answer(cloud: Cloud, call: Call) -> Json:
    """An access token. Raises 404 for an account that does not exist, by its name."""
    del cloud  # it knows no accounts that may not be acted as
    if call.method.verb != "generateAccessToken":
        raise call.unsimulated()
    account = call.params["serviceAccountsId"]
    if "does-not-exist" in account:
        raise GoogleError(404, "Not found; Gaia id not found for email " + account)
    expires = (datetime.now(UTC) + _LIFETIME).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"accessToken": f"rehearsal-of-{account}", "expireTime": expires}
