"""What an answer of Google's means: its content, or which of the errors of live/failures.py it is."""

from __future__ import annotations

import re

import requests

from deployment.values import Json
from live.apis import Method
from live.failures import AnswerError, ApiOffError, NoAnswerError, NotAllowedError, NotThereError

# What Google calls it when the API is off: ErrorInfo of the newer APIs, `errors[].reason` of the older ones.
_OFF = frozenset({"SERVICE_DISABLED", "accessNotConfigured"})
_PLACE = re.compile(r"projects/([^/:]+)")


def content(method: Method, answer: requests.Response) -> Json:
    """What a good answer says.

    Raises:
        NoAnswerError: when it is no JSON.
    """
    if answer.status_code >= 300:  # no API of Google's redirects
        place = answer.url.split("/")[2] if answer.url else method.api
        there = answer.headers.get("Location", "elsewhere")[:100]
        raise NoAnswerError(
            f"{place} redirects to {there}; is a proxy or a sign-in page in between?", method.permission
        )
    try:
        said = answer.json() if answer.content else {}
    except ValueError:
        said = None
    if not isinstance(said, dict):
        place = answer.url.split("/")[2] if answer.url else method.api
        raise NoAnswerError(
            f"what {place} answers is no JSON; is a proxy or a sign-in page in between?", method.permission
        )
    return said


def error(method: Method, answer: requests.Response, url: str) -> AnswerError:
    """What an answer that is no good one means."""
    described = _described(answer)
    message = " ".join(str(described.get("message") or answer.reason or "no reason given").split()).rstrip(".")
    about, place = method.permission, _PLACE.search(url)
    project = place[1] if place else ""
    if not described and answer.status_code < 500:
        said = f"{method.api} answers {answer.status_code} in words that are not Google's; is a proxy in between?"
        return NoAnswerError(f"{about}: {said}", about)
    if answer.status_code == 404:
        return NotThereError(f"{about}: {message}", about)
    if answer.status_code == 403 and "quota project" in message:
        # Google's own words for people's credentials, whose calls would count for gcloud's project.
        remedy = f"gcloud auth application-default set-quota-project {project}, or give the side a quota_project"
        return ApiOffError(f"{method.api} wants a quota project, and the credentials have none", about, remedy)
    if answer.status_code == 403 and (off := _off(described)):
        where = off.removeprefix("projects/") if off.startswith("projects/") else project
        remedy = f"gcloud services enable {method.api} --project={where}"
        return ApiOffError(f"the API {method.api} is not enabled in {where}", about, remedy)
    if answer.status_code in {401, 403}:
        return NotAllowedError(f"{about}: {message}", about, f"{method.role} on {project}" if project else method.role)
    if answer.status_code == 429:
        return NoAnswerError(f"{about}: too many calls ({message}); try again in a minute", about)
    if answer.status_code >= 500:
        return NoAnswerError(f"{about}: Google answers {answer.status_code} ({message}); try again", about)
    return AnswerError(f"{about}: {message}", about)


def _described(answer: requests.Response) -> Json:
    """What Google says of an error (https://cloud.google.com/apis/design/errors); {} where somebody else speaks."""
    try:
        error = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}


def _off(error: Json) -> str:
    """Whose API is off where that is the reason: projects/NUMBER, or any text; "" for other reasons."""
    for detail in error.get("details", []):
        if isinstance(detail, dict) and detail.get("reason") in _OFF:
            return str(detail.get("metadata", {}).get("consumer", "")) or "?"
    reasons = {entry.get("reason") for entry in error.get("errors", []) if isinstance(entry, dict)}
    return "?" if reasons & _OFF else ""
