"""Cloud Logging v2: log entries are written and listed. No request and no packet makes one here by itself.

The API is on in every project, as in new ones: https://cloud.google.com/service-usage/docs/enabled-service.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from standin.apis.log_filter import matching
from standin.call import Call
from standin.cloud import Cloud
from standin.google_error import GoogleError
from standin.message import Json
from standin.pages import page_of

_ORDERS = ("", "timestamp asc", "timestamp desc")
# Discovery document, ListLogEntriesRequest.pageSize and .filter.
_PAGE, _LONGEST = 50, 20_000


def answer(cloud: Cloud, call: Call) -> Json:
    """Answer a call of Cloud Logging. Raises GoogleError for everything that Google would refuse."""
    if call.method.id == "logging.entries.write":
        return _write(cloud, call)
    if call.method.id == "logging.entries.list":
        return _list(cloud, call)
    raise call.unsimulated()


def _write(cloud: Cloud, call: Call) -> Json:
    for entry in call.body.get("entries", []):
        whole = {key: call.body[key] for key in ("logName", "resource", "labels") if key in call.body} | entry
        name = str(whole.get("logName", ""))
        if "resource" not in whole or not name.startswith("projects/") or "/logs/" not in name:
            raise GoogleError(400, "A log entry needs a logName, projects/PROJECT/logs/LOG, and a resource.")
        project = cloud.project(name.split("/")[1])
        now = cloud.zulu()
        whole = {"timestamp": now, "receiveTimestamp": now, "insertId": cloud.new_id()} | whole
        cloud.log_entries.append(whole | {"logName": f"projects/{project.id}/{name.split('/', 2)[2]}"})
    return {}


def _list(cloud: Cloud, call: Call) -> Json:
    names = call.body.get("resourceNames", [])
    if not names or any(not name.startswith("projects/") or name.count("/") != 1 for name in names):
        raise GoogleError(400, "The stand-in lists entries of projects alone: projects/PROJECT.")
    order, text = call.body.get("orderBy", ""), call.body.get("filter", "")
    if order not in _ORDERS or len(text) > _LONGEST:
        raise GoogleError(400, f"Invalid orderBy or filter; orders are {', '.join(filter(None, _ORDERS))}.")
    own = [cloud.project(name.split("/")[1]).id for name in names]
    wanted = matching(text)
    found = [one for one in _of(cloud, own) if wanted(one)]
    found.sort(key=lambda one: (one["timestamp"], one["insertId"]), reverse=order.endswith("desc"))
    page, more = page_of(found, str(call.body.get("pageSize") or _PAGE), call.body.get("pageToken", ""))
    return {"entries": deepcopy(page)} | more


def _of(cloud: Cloud, projects: list[str]) -> Iterator[Json]:
    yield from (one for one in cloud.log_entries if one["logName"].split("/")[1] in projects)
