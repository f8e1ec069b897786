"""Cloud DNS v1: managed zones, the record sets in them, changes of those, and server policies.

No name is resolved. Every change is done at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy

from standin import links
from standin.apis import activation, policies
from standin.call import Call
from standin.cloud import Cloud, Record
from standin.google_error import GoogleError
from standin.message import Json, fill, merge, without_empty
from standin.pages import page_of

_SERVERS = [f"ns-cloud-e{number}.googledomains.com." for number in (1, 2, 3, 4)]
# What a zone or policy keeps when it is replaced as a whole.
_KEPT = ("id", "kind", "name", "dnsName", "creationTime", "nameServers")


def answer(cloud: Cloud, call: Call) -> Json:
    """Answer a call of Cloud DNS. Raises GoogleError for everything that Google would refuse."""
    project = cloud.project(call.params.get("project") or call.params["projectsId"])
    activation.require(cloud, project, "dns.googleapis.com")
    kind, verb = call.method.id.split(".")[1], call.method.verb
    if kind == "projects":
        return {"kind": "dns#project", "id": project.id, "number": project.number, "quota": {"kind": "dns#quota"}}
    if verb not in ("get", "list"):
        cloud.judged["kinds"].add("resourceRecordSets" if kind == "changes" else kind)
    if verb in policies.VERBS:
        zone = _find(cloud, f"projects/{project.id}/managedZones/{call.params['managedZonesId']}")
        return policies.answer(cloud, f"dns/{zone.path}", call)
    if kind in ("managedZones", "policies"):
        return _of_a_project(cloud, call, f"projects/{project.id}/{kind}", verb)
    zone = _find(cloud, f"projects/{project.id}/managedZones/{call.params.get('managedZone', '')}")
    if kind == "resourceRecordSets":
        return _record_sets(cloud, zone, call, verb)
    if kind == "changes" and verb == "create":
        return _change(cloud, zone, call.body)
    if kind == "changes" and verb == "get":
        return {"kind": "dns#change", "id": call.params["changeId"], "status": "done"}
    cloud.note("unsimulated", call.method.id)
    raise call.unsimulated()


def _of_a_project(cloud: Cloud, call: Call, collection: str, verb: str) -> Json:
    """Zones and policies."""
    kind = collection.rsplit("/", 1)[1]
    if verb == "list":
        items = [deepcopy(record.body) for path, record in sorted(cloud.dns.items()) if _is_in(path, collection)]
        return _page(call, f"dns#{kind}ListResponse", kind, items)
    if verb == "create":
        return _create(cloud, collection, call)
    record = _find(cloud, f"{collection}/{call.params.get('managedZone') or call.params.get('policy')}")
    if verb == "get":
        return deepcopy(record.body)
    if verb == "delete":
        return _delete(cloud, record)
    if verb not in ("patch", "update"):
        raise call.unsimulated()
    body = record.body if verb == "patch" else {key: record.body[key] for key in _KEPT if key in record.body}
    merge(body, call.body)
    record.body = without_empty(body)
    _complete(record.body, kind, call)
    if kind == "policies":
        return {"policy": deepcopy(record.body)}
    return {"kind": "dns#operation", "id": cloud.new_id(), "status": "done", "type": "update"}


def _create(cloud: Cloud, collection: str, call: Call) -> Json:
    sent = call.body
    path = f"{collection}/{sent.get('name', '')}"
    if path in cloud.dns:
        raise GoogleError(409, f"The resource 'entity.{_noun(path)}' named '{sent['name']}' already exists")
    body = without_empty(sent) | {"id": cloud.new_id(), "kind": f"dns#{_noun(path)}"}
    if collection.endswith("/managedZones"):
        _check_zone(cloud, body)
        fill(body, visibility="public", creationTime=cloud.zulu(), nameServers=list(_SERVERS))
    _complete(body, collection.rsplit("/", 1)[1], call)
    cloud.dns[path] = Record(path, body)
    if name := body.get("dnsName"):
        hostmaster = f"{_SERVERS[0]} cloud-dns-hostmaster.google.com. 1 21600 3600 259200 300"
        _put(cloud, path, {"name": name, "type": "NS", "ttl": 21600, "rrdatas": list(_SERVERS)})
        _put(cloud, path, {"name": name, "type": "SOA", "ttl": 21600, "rrdatas": [hostmaster]})
    return deepcopy(body)


def _check_zone(cloud: Cloud, body: Json) -> None:
    """Raises 400 for a name that is none, 404 for a network that is not there."""
    name = body.get("dnsName", "")
    if not re.fullmatch(r"(?:[^\s.]+\.)+", name):
        raise GoogleError(400, f"Invalid value for 'entity.managedZone.dnsName': '{name}'", reason="invalid")
    for network in body.get("privateVisibilityConfig", {}).get("networks", []):
        _refuse_missing_network(cloud, network.get("networkUrl", ""))


def _complete(body: Json, kind: str, call: Call) -> None:
    """Add what the API always shows, and the provider reads.

    The tests of the provider that do not settle without: TestAccDNSManagedZone_cloudLoggingConfigUpdate,
    TestAccDNSManagedZone_dnssec_update (every message says what it is) and TestAccDNSPolicy_dnsPolicyDns64. A target of
    forwarding that goes by its name shows an empty address: else the provider crashes
    (TestAccDNSManagedZone_privateForwardingWithDomainNameUpdate).
    """
    if kind == "managedZones":
        fill(body, cloudLoggingConfig={})
        for server in body.get("forwardingConfig", {}).get("targetNameServers", []):
            fill(server, ipv4Address="")
    else:
        fill(body, dns64Config={})
        fill(body["dns64Config"], scope={})
        fill(body["dns64Config"]["scope"], allQueries=False)
    _tell_kinds(call.description.schemas, "ManagedZone" if kind == "managedZones" else "Policy", body)


def _tell_kinds(schemas: Mapping[str, Json], name: str, message: Json) -> None:
    """Give a message and those in it the kinds that the API's description has for them."""
    properties = schemas[name]["properties"]
    if "default" in properties.get("kind", {}):
        fill(message, kind=properties["kind"]["default"])
    for field, value in message.items():
        within = properties.get(field, {})
        inner = within.get("$ref") or within.get("items", {}).get("$ref")
        for one in (value if isinstance(value, list) else [value]) if inner else ():
            _tell_kinds(schemas, inner, one)


def _refuse_missing_network(cloud: Cloud, link: str) -> None:
    if cloud.compute.linked(link) is None:
        raise GoogleError(404, f"The resource '{links.path_of(link)}' was not found", reason="notFound")


def _delete(cloud: Cloud, record: Record) -> Json:
    own = [one for one in _sets_of(cloud, record.path) if not _is_the_zones_own(record, one.body)]
    if own:
        text = "The resource 'entity.managedZone' named '{}' must be empty"
        raise GoogleError(400, text.format(record.name), reason="containerNotEmpty")
    cloud.policies.pop(f"dns/{record.path}", None)
    for path in [record.path, *(one.path for one in _sets_of(cloud, record.path))]:
        del cloud.dns[path]
    return {}


def _record_sets(cloud: Cloud, zone: Record, call: Call, verb: str) -> Json:
    if verb == "list":
        wanted = {key: call.query[key] for key in ("name", "type") if key in call.query}
        found = [one.body for one in _sets_of(cloud, zone.path)]
        items = [deepcopy(body) for body in found if all(body[key] == value for key, value in wanted.items())]
        return _page(call, "dns#resourceRecordSetsListResponse", "rrsets", items)
    if verb == "create":
        _change(cloud, zone, {"additions": [call.body]})
        return deepcopy(call.body)
    path = f"{zone.path}/rrsets/{call.params['name']}/{call.params['type']}"
    present = cloud.dns.get(path)
    if present is None:
        raise _no_set(call.params["name"], call.params["type"])
    if verb == "delete":
        _change(cloud, zone, {"deletions": [present.body]})
        return {}
    if verb == "patch":
        merge(present.body, call.body)
    return deepcopy(present.body)


def _change(cloud: Cloud, zone: Record, sent: Json) -> Json:
    """Take record sets away and add others, all or nothing."""
    gone = {f"{zone.path}/rrsets/{one['name']}/{one['type']}": one for one in sent.get("deletions", [])}
    for path, one in gone.items():
        if path not in cloud.dns:
            raise _no_set(one["name"], one["type"])
    for one in sent.get("additions", []):
        path = f"{zone.path}/rrsets/{one['name']}/{one['type']}"
        if not f".{one['name']}".endswith(f".{zone.body['dnsName']}"):
            why = f"its DNS name '{one['name']}' is not in zone '{zone.name}'"
            raise GoogleError(400, f"The resource record set 'entity.change.additions' is invalid because {why}.")
        if path in cloud.dns and path not in gone:
            named = f"'entity.change.additions[{one['name']}][{one['type']}]'"
            raise GoogleError(409, f"The resource {named} named '{one['name']} ({one['type']})' already exists")
    for path in gone:
        del cloud.dns[path]
    for one in sent.get("additions", []):
        _put(cloud, zone.path, one)
    return deepcopy(sent) | {"kind": "dns#change", "id": cloud.new_id(), "status": "done", "startTime": cloud.zulu()}


def _put(cloud: Cloud, zone: str, body: Json) -> None:
    path = f"{zone}/rrsets/{body['name']}/{body['type']}"
    cloud.dns[path] = Record(path, deepcopy(body) | {"kind": "dns#resourceRecordSet"})


def _sets_of(cloud: Cloud, zone: str) -> Iterator[Record]:
    return (record for path, record in sorted(cloud.dns.items()) if path.startswith(f"{zone}/rrsets/"))


def _is_the_zones_own(zone: Record, body: Json) -> bool:
    return body["type"] in ("NS", "SOA") and body["name"] == zone.body.get("dnsName")


def _is_in(path: str, collection: str) -> bool:
    return path.rpartition("/")[0] == collection


def _find(cloud: Cloud, path: str) -> Record:
    """A zone or policy. Raises 404."""
    if path not in cloud.dns:
        noun, name = _noun(path), path.rsplit("/", 1)[1]
        raise GoogleError(404, f"The 'parameters.{noun}' resource named '{name}' does not exist.", shows_status=False)
    return cloud.dns[path]


def _noun(path: str) -> str:
    return "managedZone" if "/managedZones/" in path else "policy"


def _no_set(name: str, type_: str) -> GoogleError:
    named = f"'{name} ({type_})'"
    return GoogleError(404, f"The 'parameters.name' resource named {named} does not exist.", shows_status=False)


def _page(call: Call, kind: str, field: str, items: list[Json]) -> Json:
    page, following = page_of(items, call.query.get("maxResults", ""), call.query.get("pageToken", ""))
    return {"kind": kind, field: page} | following
