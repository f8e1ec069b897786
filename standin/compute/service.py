"""Compute Engine's methods: get, list, insert, patch, update, delete; what has a name of its own in `actions`."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from standin import activation, links, policies, rules
from standin.call import Call
from standin.change import Change
from standin.cloud import Cloud, Record
from standin.compute import actions, allocation, catalog, completion, kinds, lists, operations, view
from standin.google_error import GoogleError, in_use, invalid, not_found

Json = dict[str, Any]

_PATH = re.compile(r"projects/[^/]+/(global|regions/[^/]+|zones/[^/]+|aggregated)/(\w+)(?:/([^/]+))?(?:/(\w+))?")


@dataclass(frozen=True)
class Place:
    """What a call is about: a collection, or one resource of it."""

    project: str
    scope: str
    collection: str
    name: str

    @property
    def path(self) -> str:
        """The resource's path: projects/p/regions/r/subnetworks/s."""
        return f"projects/{self.project}/{self.scope}/{self.collection}/{self.name}"


def answer(cloud: Cloud, call: Call) -> Json:
    """Answer a call of Compute Engine. Raises GoogleError for everything that Google would refuse."""
    if call.method.id.startswith("compute.images."):
        return catalog.image(call)
    project = cloud.project(call.params["project"])
    activation.require(cloud, project, "compute.googleapis.com")
    fixed = catalog.answer(cloud, call, project.id)
    if fixed is not None:
        return fixed
    match = _PATH.fullmatch(call.path)
    if match is None:
        raise GoogleError(501, f"The stand-in does not simulate {call.method.id}.")
    place = Place(project.id, match[1], match[2], match[3] or "")
    if place.scope != "aggregated":
        catalog.check_scope(place.scope)
    if place.collection == "operations":
        return _operation(cloud, call, place)
    if place.collection not in kinds.REFERENCES:
        return _unsimulated(cloud, call)
    return _resource(cloud, call, place)


def _unsimulated(cloud: Cloud, call: Call) -> Json:
    """A kind that nothing here creates is empty; creating one is refused in words that say whose limit it is."""
    if call.method.verb in ("list", "aggregatedList"):
        return {"kind": f"compute#{call.method.response[0].lower()}{call.method.response[1:]}"}
    if call.method.verb == "get":
        raise not_found(call.path)
    cloud.note("unsimulated", call.method.id)
    raise GoogleError(501, f"The stand-in does not simulate {call.method.id}.")


def _operation(cloud: Cloud, call: Call, place: Place) -> Json:
    if call.method.verb == "wait":
        return operations.wait(cloud, place.path)
    if call.method.verb == "get":
        return operations.get(cloud, place.path)
    raise GoogleError(501, f"The stand-in does not simulate {call.method.id}.")


def _resource(cloud: Cloud, call: Call, place: Place) -> Json:
    verb = call.method.verb
    if verb in ("list", "aggregatedList"):
        return lists.answer(cloud, call, place.project, place.scope, place.collection)
    if verb == "insert":
        return insert(cloud, place, call.body)
    record = find(cloud, place)
    if verb == "get":
        return view.show(cloud, record)
    if verb in policies.VERBS:
        return policies.answer(cloud, f"compute/{record.path}", call)
    if verb == "delete":
        return delete(cloud, record)
    if verb in ("patch", "update"):
        return modify(cloud, record, verb, call.body)
    return actions.answer(cloud, call, record)


def find(cloud: Cloud, place: Place) -> Record:
    """A resource by name or numeric id. Raises 404."""
    record = cloud.compute.get(place.path)
    if record is None and place.name.isdigit():
        record = next(
            (r for r in cloud.compute.of(place.collection, place.project) if r.body["id"] == place.name), None
        )
    if record is None:
        raise not_found(place.path)
    return record


def insert(cloud: Cloud, place: Place, sent: Json) -> Json:
    """Create a resource. Raises 400 for content and references, 409 when the name is taken."""
    name = sent.get("name", "")
    place = Place(place.project, place.scope, place.collection, name)
    if not re.fullmatch(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?", name):
        raise invalid("resource.name", name, "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'")
    if place.path in cloud.compute:
        raise GoogleError(409, f"The resource '{place.path}' already exists", reason="alreadyExists")
    body = without_empty(sent)
    _link(cloud, place, body)
    completion.fill(place.collection, body)
    rules.check(Change(cloud, "insert", place.path, None, body, sent))
    record = Record(place.path, body | _identity(cloud, place))
    allocation.created(cloud, record)
    cloud.compute[place.path] = record
    return operations.start(cloud, "insert", record, undo=lambda: _remove(cloud, record))


def _remove(cloud: Cloud, record: Record) -> None:
    if cloud.compute.get(record.path) is record:
        del cloud.compute[record.path]
        allocation.deleted(cloud, record)


def _identity(cloud: Cloud, place: Place) -> Json:
    number = cloud.new_id()
    body: Json = {
        "kind": f"compute#{kinds.SINGULAR[place.collection]}",
        "id": number,
        "creationTimestamp": cloud.timestamp(),
        "selfLink": links.full(place.path),
    }
    if place.collection in ("networks", "subnetworks", "forwardingRules"):
        collection_path = place.path.rsplit("/", 1)[0]
        if place.collection != "subnetworks":
            body["selfLinkWithId"] = links.full(f"{collection_path}/{number}")
    kind, _, where = place.scope.partition("/")
    if where:
        body[kind[:-1]] = links.full(f"projects/{place.project}/{place.scope}")
    if place.collection not in ("networks", "firewalls", "addresses", "disks", "networkEndpointGroups"):
        body["fingerprint"] = cloud.fingerprint()
    if place.collection in ("addresses", "forwardingRules", "instances", "disks"):
        body["labelFingerprint"] = cloud.fingerprint()
    return body


def _link(cloud: Cloud, place: Place, body: Json) -> None:
    """Write every link in full, and refuse one that leads to nothing."""
    for _reference, container, key, link in kinds.found(place.collection, body):
        path = links.path_of(link, place.project)
        if path is None:
            raise invalid(f"resource.{key}", link, "The URL is malformed.")
        path = _with_project_id(cloud, path)
        if path not in cloud.compute:
            raise not_found(path)
        if path != place.path:
            _not_busy(cloud, path)
        container[key] = links.full(path)  # type: ignore[index]
    machine = body.get("machineType")
    if place.collection == "instances" and machine:
        path = links.path_of(machine, place.project) or ""
        catalog.check_machine_type(path.rsplit("/", 1)[-1], path)
        body["machineType"] = links.full(path)


def _with_project_id(cloud: Cloud, path: str) -> str:
    parts = path.split("/")
    known = cloud.projects.get(parts[1]) or next((p for p in cloud.projects.values() if p.number == parts[1]), None)
    return "/".join([parts[0], known.id if known else parts[1], *parts[2:]])


def modify(cloud: Cloud, record: Record, verb: str, sent: Json) -> Json:
    """Patch (merge) or update (replace) a resource. A stale fingerprint is 412."""
    check_fingerprint(record, sent)
    identity = {k: record.body[k] for k in _identity(cloud, _place(record)) if k in record.body}
    body = deepcopy(record.body) if verb == "patch" else {}
    merge(body, sent)
    body = without_empty(body)
    body.update(identity, name=record.name)
    return store(cloud, record, verb, body, sent)


def store(cloud: Cloud, record: Record, verb: str, body: Json, sent: Json) -> Json:
    """Put a changed body in place of the former one, if the rules allow it."""
    _link(cloud, _place(record), body)
    completion.fill(record.collection, body)
    former = record.body
    rules.check(Change(cloud, verb, record.path, former, body, sent))
    _not_busy(cloud, record.path)
    record.body = body
    if "fingerprint" in body:
        body["fingerprint"] = cloud.fingerprint()
    allocation.changed(cloud, record)

    def undo() -> None:
        record.body = former
        allocation.changed(cloud, record)

    return operations.start(cloud, verb, record, undo=undo)


def _not_busy(cloud: Cloud, path: str) -> None:
    if cloud.busy(f"compute/{path}"):
        raise GoogleError(400, f"The resource '{path}' is not ready", reason="resourceNotReady")


def without_empty(value: Json) -> Json:
    """A copy without nulls, empty lists and empty messages, which the API does not keep."""
    copied: Json = {}
    for key, item in value.items():
        if isinstance(item, dict):
            if kept := without_empty(item):
                copied[key] = kept
        elif isinstance(item, list):
            if item:
                copied[key] = [without_empty(each) if isinstance(each, dict) else each for each in item]
        elif item is not None:
            copied[key] = item
    return copied


def merge(body: Json, sent: Json) -> None:
    """JSON merge patch (RFC 7396), as Compute Engine's patch methods do: null removes, lists are replaced."""
    for key, value in sent.items():
        if value is None:
            body.pop(key, None)
        elif isinstance(value, dict) and isinstance(body.get(key), dict):
            merge(body[key], value)
        else:
            body[key] = deepcopy(value)


def _place(record: Record) -> Place:
    return Place(record.project, record.scope, record.collection, record.name)


def check_fingerprint(record: Record, sent: Json) -> None:
    """Refuse a change that was made from an older state."""
    given = sent.get("fingerprint")
    if given and record.body.get("fingerprint") and given != record.body["fingerprint"]:
        raise GoogleError(412, "Invalid fingerprint.", reason="conditionNotMet")


def delete(cloud: Cloud, record: Record) -> Json:
    """Delete a resource once its operation is done; refused while something uses it."""
    rules.check(Change(cloud, "delete", record.path, record.body, None, {}))
    _not_busy(cloud, record.path)
    for other in cloud.compute.values():
        if other is not record and record.path in kinds.held(other.collection, other.body):
            raise in_use(kinds.SINGULAR[record.collection], record.path, other.path)
    return operations.start(cloud, "delete", record, finish=lambda: _remove(cloud, record))
