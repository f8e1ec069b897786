"""Connectivity Tests of Network Management v1, for endpoints of published services: create, get, list, delete.

The analysis goes the way that a packet would, as far as this cloud knows it: the VM runs, no firewall rule stops what
leaves, the endpoint is connected, and Envoy has a subnet to run in. Whatever else Google analyses is not looked at.
Sources: the discovery document (results, causes of a drop, of an abort, targets), and
https://cloud.google.com/network-intelligence-center/docs/connectivity-tests/concepts/overview.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from ipaddress import ip_address, ip_network

from standin import links
from standin.apis import long_running
from standin.call import Call
from standin.cloud import Cloud, Project, Record
from standin.compute import psc
from standin.google_error import GoogleError
from standin.message import Json, without_empty

_ANY_PRIORITY = 65536  # beyond the lowest; allowing what leaves is implied at 65535


def answer(cloud: Cloud, call: Call, project: Project) -> Json:
    """Answer a call about Connectivity Tests. Raises GoogleError for everything that Google would refuse."""
    verb = call.method.verb
    parent = f"projects/{project.id}/locations/global/connectivityTests"
    if verb == "list":
        tests = [deepcopy(record.body) for record in cloud.connectivity_tests.of("connectivityTests", project.id)]
        return {"resources": tests} if tests else {}
    if verb == "create":
        return _create(cloud, f"{parent}/{call.query.get('testId', '')}", call.body)
    path = f"{parent}/{call.params['connectivityTestsId']}"
    record = cloud.connectivity_tests.get(path)
    if record is None:
        raise GoogleError(404, f"Resource '{path}' was not found")
    if verb == "get":
        return deepcopy(record.body)
    if verb == "delete":
        del cloud.connectivity_tests[path]
        return _operation(cloud, path, "delete", {})
    raise call.unsimulated()


def _create(cloud: Cloud, path: str, sent: Json) -> Json:
    if path in cloud.connectivity_tests:
        raise GoogleError(409, f"Resource '{path}' already exists")
    # The discovery document's description of testId.
    if not re.fullmatch(r"[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?", path.rpartition("/")[2]):
        raise GoogleError(400, "test_id is invalid: it must match [a-z]([-a-z0-9]{0,38}[a-z0-9])?")
    for end in ("source", "destination"):
        if not sent.get(end):
            raise GoogleError(400, f"{end} is required")
    details = _analysed(cloud, sent) | {"verifyTime": cloud.zulu()}
    body = {"protocol": "TCP"} | without_empty(sent) | {"name": path, "reachabilityDetails": details}
    cloud.connectivity_tests[path] = Record(path, body | {"createTime": cloud.zulu(), "updateTime": cloud.zulu()})
    return _operation(cloud, path, "create", cloud.connectivity_tests[path].body)


def _operation(cloud: Cloud, path: str, verb: str, response: Json) -> Json:
    name = f"{path.rsplit('/connectivityTests/', 1)[0]}/operations/operation-{cloud.new_id()}"
    target, event = f"networkmanagement/{path}", f"connectivityTests.{verb}"
    return long_running.start(cloud, name, target, event, deepcopy(response), metadata={"target": path, "verb": verb})


def _analysed(cloud: Cloud, sent: Json) -> Json:
    steps = list(_steps(cloud, sent["source"], sent["destination"]))
    last = steps[-1]
    result = {"DELIVER": "REACHABLE", "DROP": "UNREACHABLE"}.get(last["state"], "UNDETERMINED")
    return {"result": result, "traces": [{"steps": steps}]}


def _steps(cloud: Cloud, source: Json, destination: Json) -> Iterator[Json]:
    """The way of a packet; the last step says how it ends."""
    instance = cloud.compute.linked(source.get("instance"))
    if source.get("instance") and instance is None:
        yield _end("ABORT", "SOURCE_ENDPOINT_NOT_FOUND", source["instance"])
        return
    rule = _endpoint(cloud, destination)
    if rule is None:
        yield _end("ABORT", "DESTINATION_ENDPOINT_NOT_FOUND", destination.get("forwardingRule", ""))
        return
    if instance:
        yield {"state": "START_FROM_INSTANCE", "instance": {"uri": instance.path}}
        if instance.body.get("status") != "RUNNING":
            yield _end("DROP", "INSTANCE_NOT_RUNNING", instance.path)
            return
        elsewhere = links.region_of(instance.scope) != links.region_of(rule.scope)
        if elsewhere and not rule.body.get("allowPscGlobalAccess"):
            yield _end("DROP", "FORWARDING_RULE_REGION_MISMATCH", rule.path)
            return
    if firewall := _stopping(cloud, rule):
        yield _end("DROP", "FIREWALL_RULE", firewall.path)
        return
    yield {"state": "APPLY_FORWARDING_RULE", "forwardingRule": {"uri": rule.path}}
    yield from _beyond(cloud, rule)


def _endpoint(cloud: Cloud, destination: Json) -> Record | None:
    """The endpoint that is named, or has the address in the network."""
    if destination.get("forwardingRule"):
        return cloud.compute.linked(destination["forwardingRule"])
    rules = (rule for rule in cloud.compute.of("forwardingRules") if psc.is_endpoint(rule.body))
    return next((rule for rule in rules if rule.body.get("IPAddress") == destination.get("ipAddress")), None)


def _stopping(cloud: Cloud, rule: Record) -> Record | None:
    """The firewall rule that denies what leaves for an endpoint, where one of a higher priority does not allow it."""
    address = ip_address(rule.body["IPAddress"])
    found, best = None, _ANY_PRIORITY
    for firewall in cloud.compute.of("firewalls"):
        body = firewall.body
        meant = links.same(body.get("network", ""), rule.body.get("network", "")) and not body.get("disabled")
        ranges = body.get("destinationRanges", ["0.0.0.0/0"])
        if not meant or body.get("direction") != "EGRESS" or not any(address in ip_network(one) for one in ranges):
            continue
        priority = int(body.get("priority", 1000))
        if priority < best or (priority == best and body.get("denied")):
            found, best = (firewall if body.get("denied") else None), priority
    return found


def _beyond(cloud: Cloud, rule: Record) -> Iterator[Json]:
    """What becomes of it in the producer's network."""
    connection = cloud.connections.get(rule.path)
    if connection is None or connection.status != "ACCEPTED":
        yield _end("DROP", "PSC_CONNECTION_NOT_ACCEPTED", rule.path)
        return
    attachment = cloud.compute[connection.attachment]
    balancer = cloud.compute.linked(attachment.body.get("targetService"))
    if balancer and not _has_proxies(cloud, balancer):
        yield _end("DROP", "LOAD_BALANCER_HAS_NO_PROXY_SUBNET", balancer.path)
        return
    yield {"state": "DELIVER", "deliver": {"target": "PSC_PUBLISHED_SERVICE", "resourceUri": attachment.path}}


def _has_proxies(cloud: Cloud, balancer: Record) -> bool:
    return any(
        subnet.body.get("role") == "ACTIVE"
        and subnet.scope == balancer.scope
        and links.same(subnet.body["network"], balancer.body.get("network", ""))
        for subnet in cloud.compute.of("subnetworks")
    )


def _end(state: str, cause: str, resource: str) -> Json:
    return {"state": state, state.lower(): {"cause": cause, "resourceUri": links.path_of(resource) or resource}}
