"""Methods with names of their own that several kinds have, and the usual ways to make one."""

from __future__ import annotations

from typing import Any

from standin import links
from standin.cloud import Cloud, Record
from standin.compute.kind import Action
from standin.google_error import GoogleError
from standin.message import Json, without_empty


def copying(field: str) -> Action:
    """An action that takes over a field of what was sent (setTarget)."""

    def act(_: Cloud, record: Record, sent: Json) -> None:
        if field in sent:
            record.body[field] = sent[field]

    return act


def merging(field: str) -> Action:
    """An action whose message is a part of the resource, of which it names what changes (setScheduling)."""

    def act(_: Cloud, record: Record, sent: Json) -> None:
        record.body[field] = {**record.body.get(field, {}), **without_empty(sent)}

    return act


def listing_links(field: str, *, adds: bool) -> Action:
    """An action that adds links to a list of the resource, or takes them from it (addResourcePolicies)."""

    def act(_: Cloud, record: Record, sent: Json) -> None:
        given = [links.full(links.path_of(link, record.project) or link) for link in sent.get(field, [])]
        kept = [link for link in record.body.get(field, []) if link not in given]
        record.body[field] = kept + (given if adds else [])

    return act


def setting(**fields: Any) -> Action:
    """An action that always has the same outcome (stop)."""

    def act(_: Cloud, record: Record, __: Json) -> None:
        record.body.update(fields)

    return act


def end_testing(body: Json, migration: str) -> None:
    """A migration to another load balancer has a percentage only as long as it is tested by one.

    Source: compute v1 discovery document, ForwardingRule and BackendService (…TestingPercentage).
    """
    if body.get(f"{migration}State") != "TEST_BY_PERCENTAGE":
        body.pop(f"{migration}TestingPercentage", None)


def set_labels(cloud: Cloud, record: Record, sent: Json) -> None:
    """`setLabels`: all labels at once."""
    refuse_stale(sent.get("labelFingerprint", ""), record.body["labelFingerprint"], "Labels")
    record.body["labels"] = sent.get("labels", {})
    record.body["labelFingerprint"] = cloud.fingerprint()


def refuse_stale(given: str | None, actual: str, what: str) -> None:
    """Refuse a change that was made from an older state, if it says from which."""
    if given is not None and given != actual:
        raise GoogleError(
            412, f"{what} fingerprint either invalid or resource labels have changed", reason="conditionNotMet"
        )
