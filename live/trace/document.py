"""What a trace came to, for programs: one JSON document (trace.schema.json)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from live.trace.answers import Answer
from live.trace.entries import Request
from live.trace.report import Trace
from live.trace.sent_report import Sending
from live.trace.ways import Way

SCHEMA = 1


def document(trace: Trace) -> dict[str, Any]:
    """The JSON document."""
    return {
        "schema": SCHEMA,
        "environment": trace.environment,
        "verdict": ("told", "gaps", "unusable")[trace.code],
        "since": _moment(trace.window.since),
        "until": _moment(trace.window.until),
        "sent": _sending(trace.sending) if trace.sending else None,
        "services": [
            {
                "name": one.evidence.route.label,
                "sources": [asdict(source) for source in one.evidence.sources],
                "proxies": one.evidence.proxy_range,
                "requests": [_way(way) for way in one.ways],
            }
            for one in trace.traced
        ],
    }


def _way(way: Way) -> dict[str, Any]:
    return {
        "status": way.status,
        "callers": [asdict(one) | {"start": _moment(one.start), "end": _moment(one.end)} for one in way.callers],
        "connections": [
            {"id": one.id, "endpoint": one.endpoint, "addresses": list(one.addresses)} for one in way.through
        ],
        "load_balancer": [_request(one) for one in way.balanced],
        "cloud_run": _request(way.run) if way.run else None,
        "sent": way.sent.number if way.sent else None,
    }


def _sending(sending: Sending) -> dict[str, Any]:
    sent = sending.sent
    return {
        "id": sent.answers.id,
        "count": sent.answers.count,
        "url": sent.target.called.url,
        "endpoint": sent.target.endpoint.label,
        "vm": sent.vm,
        "incomplete": sent.why,
        "waited": sending.waited,
        "in_flow_log": sending.in_flow_log,
        "in_no_request_log": sending.unlogged,
        "requests": [_answer(sending, one) for one in sent.answers.answers],
    }


def _answer(sending: Sending, one: Answer) -> dict[str, Any]:
    why = sending.cause(one)
    return asdict(one) | {
        "time": _moment(one.time),
        "cause": why.text if why else "",
        "repair": why.repair if why else "",
    }


def _request(one: Request) -> dict[str, Any]:
    return asdict(one) | {"time": _moment(one.time)}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
