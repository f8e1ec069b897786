"""Entries of the three logs that see a request, and how Cloud Logging is asked for them.

Sources: Cloud Logging v2 (LogEntry, HttpRequest); https://cloud.google.com/vpc/docs/about-flow-logs-records
(connection, src_instance, psc); https://cloud.google.com/load-balancing/docs/l7-internal/monitoring.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from deployment.values import Json
from live.client import Client
from live.failures import NotAllowedError

_LIST = "logging.entries.list"
_PAGE, _PAGES = 1000, 20  # entries in an answer at most, and answers
# Around the requests, where their flows are looked for: an entry has the time of its interval, up to 15 minutes.
_AROUND = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Window:
    """The time that is looked at.

    Perhaps of requests only those count that have `agent` in their user agents, and of flows those of `client`.
    """

    since: datetime
    until: datetime
    agent: str = ""
    client: str = ""

    def requests(self) -> str:
        """The condition of a query for requests."""
        return self.filter() + (f' AND httpRequest.userAgent:"{self.agent}"' if self.agent else "")

    def flows(self) -> str:
        """The condition of a query for flows, which come with the time of their interval."""
        ends = f'(jsonPayload.connection.src_ip="{self.client}" OR jsonPayload.connection.dest_ip="{self.client}")'
        return self.filter(_AROUND) + (f" AND {ends}" if self.client else "")

    def filter(self, around: timedelta = timedelta()) -> str:
        """The condition of a query."""
        since, until = (moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
                        for moment in (self.since - around, self.until + around))  # fmt: skip
        return f'timestamp>="{since}" AND timestamp<="{until}"'


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as Cloud Run or the load balancer logged it; `remote` is whom it saw, `detail` what else it says."""

    time: datetime
    method: str
    path: str
    status: int
    latency: float
    remote: str
    agent: str
    trace: str
    detail: str

    @property
    def ends(self) -> datetime:
        """When it was answered."""
        return self.time + timedelta(seconds=self.latency)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Packets of one connection from a client to an endpoint, within an interval."""

    start: datetime
    end: datetime
    source: str
    port: int
    vm: str
    connection: str


def read(client: Client, project: str, condition: str) -> list[Json]:
    """The entries of a project's logs that meet a condition, the newest first.

    Raises:
        AnswerError: as `Client.call`.
    """
    found: list[Json] = []
    body = {"resourceNames": [f"projects/{project}"], "filter": condition, "orderBy": "timestamp desc",
            "pageSize": _PAGE}  # fmt: skip
    for _ in range(_PAGES):
        try:
            page = client.call(_LIST, body)
        except NotAllowedError as error:  # the project stands in no address
            raise NotAllowedError(str(error), error.about, f"{error.needs} on {project}") from error
        found += page.get("entries", [])
        if not page.get("nextPageToken"):
            break
        body["pageToken"] = page["nextPageToken"]
    return found


def of_service(project: str, region: str, service: str, window: Window) -> str:
    """The condition for Cloud Run's log of requests."""
    return (
        f'resource.type="cloud_run_revision" AND logName="projects/{project}/logs/run.googleapis.com%2Frequests" '
        f'AND resource.labels.service_name="{service}" AND resource.labels.location="{region}" AND {window.requests()}'
    )


def of_rule(rule: str, region: str, window: Window) -> str:
    """The condition for a load balancer's log of requests, by its forwarding rule."""
    return (
        f'resource.type="internal_http_lb_rule" AND resource.labels.forwarding_rule_name="{rule}" '
        f'AND resource.labels.region="{region}" AND {window.requests()}'
    )


def of_flows(project: str, address: str, endpoint: str, window: Window) -> str:
    """The condition for flows to or from an endpoint; its name stands in entries since September 2026."""
    return (
        f'logName="projects/{project}/logs/compute.googleapis.com%2Fvpc_flows" AND '
        f'(jsonPayload.connection.dest_ip="{address}" OR jsonPayload.connection.src_ip="{address}" '
        f'OR jsonPayload.psc.psc_endpoint.name="{endpoint}") AND {window.flows()}'
    )


def request(entry: Json) -> Request:
    """An entry of one of the two logs of requests."""
    http, payload = entry.get("httpRequest", {}), entry.get("jsonPayload", {})
    url = urlsplit(str(http.get("requestUrl", "")))
    return Request(
        time=moment(str(entry["timestamp"])),
        method=str(http.get("requestMethod", "")),
        path=(url.path or "/") + (f"?{url.query}" if url.query else ""),
        status=int(http.get("status") or 0),
        latency=float(str(http.get("latency") or "0").removesuffix("s")),
        remote=str(http.get("remoteIp", "")),
        agent=str(http.get("userAgent", "")),
        trace=str(entry.get("trace", "")).rpartition("/")[2],
        detail=str(payload.get("statusDetails") or payload.get("proxyStatus") or ""),
    )


def flow(entry: Json, address: str) -> Flow | None:
    """An entry of a flow log; one of an answer is turned round, and None is what does not lead to this address."""
    payload = entry.get("jsonPayload", {})
    connection = payload.get("connection", {})
    to, back = connection.get("dest_ip") == address, connection.get("src_ip") == address
    if not to and not back:
        return None
    near = "src" if to else "dest"
    return Flow(
        start=moment(str(payload.get("start_time") or entry["timestamp"])),
        end=moment(str(payload.get("end_time") or entry["timestamp"])),
        source=str(connection.get(f"{near}_ip", "")),
        port=int(connection.get(f"{near}_port") or 0),
        vm=str(payload.get(f"{near}_instance", {}).get("vm_name", "")),
        connection=str(payload.get("psc", {}).get("psc_endpoint", {}).get("psc_connection_id", "")),
    )


def moment(text: str) -> datetime:
    """A moment as Google writes it: RFC 3339 with up to nine digits of a second, of which six are kept.

    Raises:
        ValueError: for anything else.
    """
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*(Z|[+-]\d\d:\d\d)", text)
    if not found:
        raise ValueError(f"{text!r} is no moment")
    return datetime.fromisoformat(f"{found[1]}{found[2] or ''}{found[3].replace('Z', '+00:00')}")
