"""Network Management v1: configurations of VPC flow logs, of which no log is made, Connectivity Tests, operations."""

from __future__ import annotations

import re
from copy import deepcopy

from standin.apis import activation, connectivity_tests, long_running
from standin.call import Call
from standin.cloud import Cloud, Project, Record
from standin.google_error import GoogleError
from standin.message import Json, without_empty

# What the flows are logged of: a configuration has one of them (discovery document, VpcFlowLogsConfig).
_TARGETS = ("network", "subnet", "interconnectAttachment", "vpnTunnel")
# "Default value is …" in the same place.
_DEFAULTS = {
    "aggregationInterval": "INTERVAL_5_SEC",
    "flowSampling": 1.0,
    "metadata": "INCLUDE_ALL_METADATA",
    "state": "ENABLED",
}


def answer(cloud: Cloud, call: Call) -> Json:
    """Answer a call of Network Management. Raises GoogleError for everything that Google would refuse."""
    project, verb = cloud.project(call.params["projectsId"]), call.method.verb
    if ".operations." in call.method.id and verb == "get":
        return long_running.get(cloud, call.path)
    activation.require(cloud, project, "networkmanagement.googleapis.com")
    if ".connectivityTests." in call.method.id:
        return connectivity_tests.answer(cloud, call, project)
    if ".vpcFlowLogsConfigs." not in call.method.id or verb.startswith(("query", "show")):
        raise call.unsimulated()
    parent = f"projects/{project.id}/locations/global/vpcFlowLogsConfigs"
    if verb == "list":
        listed = [deepcopy(record.body) for record in cloud.flow_logs.of("vpcFlowLogsConfigs", project.id)]
        return {"vpcFlowLogsConfigs": listed} if listed else {}
    if verb != "get":
        cloud.judged["kinds"].add("vpcFlowLogsConfigs")
    if verb == "create":
        return _create(cloud, project, f"{parent}/{call.query.get('vpcFlowLogsConfigId', '')}", call.body)
    path = f"{parent}/{call.params['vpcFlowLogsConfigsId']}"
    record = cloud.flow_logs.get(path)
    if record is None:
        raise GoogleError(404, f"Resource '{path}' was not found")
    if verb == "get":
        return deepcopy(record.body)
    if verb == "delete":
        del cloud.flow_logs[path]
        return _operation(cloud, path, "delete", {})
    return _patch(cloud, record, call)


def _create(cloud: Cloud, project: Project, path: str, sent: Json) -> Json:
    if path in cloud.flow_logs:
        raise GoogleError(409, f"Resource '{path}' already exists")
    if not re.fullmatch(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?", path.rpartition("/")[2]):
        raise GoogleError(400, "vpc_flow_logs_config_id is invalid: it must match [a-z]([-a-z0-9]{0,61}[a-z0-9])?")
    body = _DEFAULTS | without_empty(sent) | {"name": path, "createTime": cloud.zulu(), "updateTime": cloud.zulu()}
    _check(cloud, project, body)
    cloud.flow_logs[path] = Record(path, body)
    return _operation(cloud, path, "create", body, undo=path)


def _patch(cloud: Cloud, record: Record, call: Call) -> Json:
    body = deepcopy(record.body)
    for name in filter(None, call.query.get("updateMask", "").split(",")):
        key = re.sub(r"_(\w)", lambda match: match[1].upper(), name)
        body.pop(key, None)
        body |= {key: call.body[key]} if key in call.body else {}
    _check(cloud, cloud.project(record.project), _DEFAULTS | body)
    record.body = _DEFAULTS | body | {"updateTime": cloud.zulu()}
    return _operation(cloud, record.path, "update", record.body)


def _check(cloud: Cloud, project: Project, body: Json) -> None:
    given = [target for target in _TARGETS if body.get(target)]
    if len(given) != 1:
        raise GoogleError(400, f"Exactly one target resource must be specified, got {len(given)}")
    if not 0 < float(body["flowSampling"]) <= 1:
        raise GoogleError(400, "flow_sampling must be in (0, 1]")
    target = body[given[0]]
    # https://cloud.google.com/vpc/docs/using-flow-logs: a configuration is made in the project of what it logs.
    if not target.startswith(f"projects/{project.id}/"):
        raise GoogleError(400, f"{given[0]} {target} must be in the project of the configuration, {project.id}")
    if given[0] in ("network", "subnet"):
        there = cloud.compute.get(target) is not None
        if not there:
            raise GoogleError(404, f"The target resource '{target}' was not found")
        body["targetResourceState"] = "TARGET_RESOURCE_EXISTS"


def _operation(cloud: Cloud, path: str, verb: str, response: Json, undo: str = "") -> Json:
    name = f"{path.rsplit('/vpcFlowLogsConfigs/', 1)[0]}/operations/operation-{cloud.new_id()}"
    return long_running.start(
        cloud,
        name,
        f"networkmanagement/{path}",
        f"vpcFlowLogsConfigs.{verb}",
        deepcopy(response),
        metadata={"target": path, "verb": verb},
        undo=lambda: _forget(cloud, undo),
    )


def _forget(cloud: Cloud, path: str) -> None:
    cloud.flow_logs.pop(path, None)
