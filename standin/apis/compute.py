"""Compute Engine v1: get, list, insert, patch, update, delete, and the kinds' methods with names of their own."""

from __future__ import annotations

import re
from copy import deepcopy

from standin import links, rules
from standin.apis import activation, policies
from standin.call import Call
from standin.change import Change
from standin.cloud import Cloud, Record
from standin.compute import catalog, lists, operations
from standin.compute.identity import identity
from standin.compute.kinds import KINDS
from standin.google_error import GoogleError, in_use, invalid, not_found
from standin.message import Json, merge
from standin.place import Place, Placed

_PATH = re.compile(r"projects/[^/]+/(global|regions/[^/]+|zones/[^/]+|aggregated)/(\w+)(?:/([^/]+))?(?:/(\w+))?")
# The oldest methods of global proxies have no scope in their address (targetHttpProxies.setUrlMap).
_SCOPELESS = re.compile(r"^(projects/[^/]+)/(?=target\w+Proxies/)")


def answer(cloud: Cloud, call: Call) -> Json:
    """Answer a call of Compute Engine. Raises GoogleError for everything that Google would refuse."""
    if call.method.id.startswith("compute.images.") and (image := catalog.image(cloud, call)):
        return image
    project = cloud.project(call.params["project"])
    activation.require(cloud, project, "compute.googleapis.com")
    fixed = catalog.answer(cloud, call, project.id)
    if fixed is not None:
        return fixed
    match = _PATH.fullmatch(_SCOPELESS.sub(r"\1/global/", call.path))
    if match is None:
        raise call.unsimulated()
    place = Place(f"projects/{project.id}/{match[1]}/{match[2]}/{match[3] or ''}")
    if place.scope != "aggregated":
        catalog.check_scope(place.scope)
    if place.collection == "operations":
        return _operation(cloud, call, place)
    if place.collection not in KINDS:
        return _unknown_kind(cloud, call)
    return _known_kind(cloud, call, place)


def _unknown_kind(cloud: Cloud, call: Call) -> Json:
    """A kind that nothing here creates is empty; creating one is refused."""
    if call.method.verb in ("list", "aggregatedList"):
        return {"kind": f"compute#{call.method.response[0].lower()}{call.method.response[1:]}"}
    if call.method.verb == "get":
        raise not_found(call.path)
    cloud.note("unsimulated", call.method.id)
    raise call.unsimulated()


def _operation(cloud: Cloud, call: Call, place: Place) -> Json:
    if call.method.verb == "wait":
        return operations.wait(cloud, place.path)
    if call.method.verb == "get":
        return operations.get(cloud, place.path)
    raise call.unsimulated()


def _known_kind(cloud: Cloud, call: Call, place: Place) -> Json:
    verb = call.method.verb
    if verb in ("list", "aggregatedList"):
        return lists.answer(cloud, call, place)
    if verb == "insert":
        return _insert(cloud, place, call.body)
    record = _find(cloud, place)
    if verb == "get":
        return _get(cloud, record, call)
    if view := KINDS[record.collection].views.get(verb):
        return view(cloud, record, call.body)
    if verb in policies.VERBS:
        return policies.answer(cloud, f"compute/{record.path}", call)
    if verb == "delete":
        return _delete(cloud, record)
    if verb in ("patch", "update"):
        return _modify(cloud, record, call)
    return _act(cloud, record, call)


def _get(cloud: Cloud, record: Record, call: Call) -> Json:
    kind = KINDS[record.collection]
    body = kind.shown(cloud, record)
    for parameter, tell in kind.if_asked.items():
        if call.query.get(parameter) == "true":
            tell(cloud, record, body)
    return body


def _find(cloud: Cloud, place: Place) -> Record:
    """A resource by name or numeric id. Raises 404."""
    record = cloud.compute.get(place.path)
    if record is None and place.name.isdigit():
        others = cloud.compute.of(place.collection, place.project)
        record = next((other for other in others if other.body["id"] == place.name), None)
    if record is None:
        raise not_found(place.path)
    return record


def _insert(cloud: Cloud, collection: Place, sent: Json) -> Json:
    """Create a resource. Raises 400 for content and references, 409 when the name is taken."""
    name = sent.get("name", "")
    if not re.fullmatch(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?", name):
        raise invalid("resource.name", name, "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'")
    place = Place(collection.path + name)
    if place.path in cloud.compute:
        raise GoogleError(409, f"The resource '{place.path}' already exists", reason="alreadyExists")
    body = KINDS[place.collection].kept(sent)
    for field in KINDS[place.collection].not_inserted:
        if body.pop(field, None):
            cloud.note("ignored", f"{place.collection}.insert: {field} was sent, which another method sets")
    _complete(cloud, place, body)
    rules.check(Change(cloud, "insert", place.path, None, body, sent))
    record = Record(place.path, body | identity(cloud, place))
    KINDS[record.collection].created(cloud, record)
    cloud.compute[place.path] = record
    return operations.start(cloud, "insert", record, undo=lambda: _remove(cloud, record))


def _remove(cloud: Cloud, record: Record) -> None:
    if cloud.compute.get(record.path) is record:
        kind = KINDS[record.collection]
        for part in kind.parts(cloud, record):
            del cloud.compute[part.path]
        del cloud.compute[record.path]
        kind.deleted(cloud, record)


def _complete(cloud: Cloud, place: Placed, body: Json) -> None:
    """Write every link in full, refuse one that leads to nothing, and add what Google adds."""
    kind = KINDS[place.collection]
    for link in kind.links_in(body):
        path = links.path_of(link.text, place.project)
        if path is None:
            raise invalid(f"resource.{link.key}", link.text, "The URL is malformed.")
        path = _with_project_id(cloud, path)
        if path not in cloud.compute:
            raise not_found(path)
        if path != place.path:
            _refuse_busy(cloud, path)
        link.holder[link.key] = links.full(path)
    kind.resolve(place.project, body)
    kind.complete(body)


def _with_project_id(cloud: Cloud, path: str) -> str:
    parts = path.split("/")
    project = cloud.known_project(parts[1])
    return "/".join([parts[0], project.id if project else parts[1], *parts[2:]])


def _modify(cloud: Cloud, record: Record, call: Call) -> Json:
    """Patch (merge) or update (replace) a resource. A stale fingerprint is 412.

    `disks.update` is a patch, too: what a method does to what is not sent, its HTTP method says.
    """
    verb, sent, patches = call.method.verb, call.body, call.method.http_method == "PATCH"
    given, present = sent.get("fingerprint"), record.body.get("fingerprint")
    if given and present and given != present:
        raise GoogleError(412, "Invalid fingerprint.", reason="conditionNotMet")
    identity = ("kind", "id", "creationTimestamp", "selfLink", "selfLinkWithId", "region", "zone")
    kept = (*identity, *KINDS[record.collection].fingerprints)
    body = deepcopy(record.body) if patches else {}
    merge(body, sent)
    body = KINDS[record.collection].kept(body)
    body.update({field: record.body[field] for field in kept if field in record.body}, name=record.name)
    return _store(cloud, record, verb, body, sent)


def _act(cloud: Cloud, record: Record, call: Call) -> Json:
    """Carry out a method with a name of its own."""
    action = KINDS[record.collection].actions.get(call.method.verb)
    if action is None:
        cloud.note("unsimulated", call.method.id)
        raise call.unsimulated()
    changed = Record(record.path, deepcopy(record.body))
    # The method's own parameters; those that every method has (alt, prettyPrint) are about the answer alone.
    sent = {name: value for name, value in call.query.items() if name in call.method.query} | call.body
    action(cloud, changed, sent)
    return _store(cloud, record, call.method.verb, changed.body, sent)


def _store(cloud: Cloud, record: Record, verb: str, body: Json, sent: Json) -> Json:
    """Put a changed body in place of the former one, if the rules allow it."""
    _complete(cloud, record, body)
    former = record.body
    rules.check(Change(cloud, verb, record.path, former, body, sent))
    _refuse_busy(cloud, record.path)
    record.body = body
    if "fingerprint" in body:
        body["fingerprint"] = cloud.fingerprint()
    kind = KINDS[record.collection]
    kind.changed(cloud, record)

    def undo() -> None:
        record.body = former
        kind.changed(cloud, record)

    return operations.start(cloud, verb, record, undo=undo)


def _refuse_busy(cloud: Cloud, path: str) -> None:
    if cloud.busy(f"compute/{path}"):
        raise GoogleError(400, f"The resource '{path}' is not ready", reason="resourceNotReady")


def _delete(cloud: Cloud, record: Record) -> Json:
    """Delete a resource once its operation is done; refused while something uses it."""
    rules.check(Change(cloud, "delete", record.path, record.body, None, {}))
    _refuse_busy(cloud, record.path)
    gone = {part.path: part for part in (record, *KINDS[record.collection].parts(cloud, record))}
    for user in cloud.compute.values():
        for path in sorted(gone.keys() & KINDS[user.collection].held_by(user.body) if user.path not in gone else ()):
            raise in_use(KINDS[gone[path].collection].noun, path, user.path)
    return operations.start(cloud, "delete", record, finish=lambda: _remove(cloud, record))
