"""Certificate Manager v1: certificates, DNS authorizations and issuance configs, and their operations.

No certificate is issued or checked: of one that somebody manages himself the host names are read, and nothing else. One
that Google manages is ACTIVE when the records of its authorizations stand in public zones, or when a private authority
issues it, whose CA pool is taken to exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from fnmatch import fnmatchcase

from standin import rules
from standin.apis import activation, long_running
from standin.call import Call
from standin.certificate_names import names_in
from standin.change import Change
from standin.cloud import Cloud, Record
from standin.google_error import GoogleError
from standin.message import Json, without_empty

# The kinds by collection, with the query parameter that names a new one.
_KINDS = {
    "certificates": "certificateId",
    "dnsAuthorizations": "dnsAuthorizationId",
    "certificateIssuanceConfigs": "certificateIssuanceConfigId",
}


def answer(cloud: Cloud, call: Call) -> Json:
    """Answer a call of Certificate Manager. Raises GoogleError for everything that Google would refuse."""
    project, verb = cloud.project(call.params["projectsId"]), call.method.verb
    if ".operations." in call.method.id and verb == "get":
        return long_running.get(cloud, call.path)
    activation.require(cloud, project, "certificatemanager.googleapis.com")
    kind = call.method.id.split(".")[3]
    if kind not in _KINDS:
        raise call.unsimulated()
    parent = f"projects/{project.id}/locations/{call.params['locationsId']}/{kind}"
    if verb == "list":
        listed = [shown(cloud, record) for record in _matching(cloud, parent, call)]
        return {kind: listed} if listed else {}
    if verb == "create":
        return _create(cloud, f"{parent}/{call.query.get(_KINDS[kind], '')}", call.body)
    path = f"{parent}/{call.params[f'{kind}Id']}"
    record = cloud.certificates.get(path)
    if record is None:
        raise GoogleError(404, f"Resource '{path}' was not found")
    if verb == "get":
        return shown(cloud, record)
    return _patch(cloud, record, call) if verb == "patch" else _delete(cloud, record)


def shown(cloud: Cloud, record: Record) -> Json:
    """A resource as the API gives it: what was sent in as input only is not given back, and its state as it stands."""
    body = deepcopy(record.body)
    if managed := body.get("managed"):
        records = {path.partition("/rrsets/")[2]: one for path, one in _public(cloud)}
        proofs = [
            cloud.certificates[one].body["dnsResourceRecord"] if one in cloud.certificates else {}
            for one in managed.get("dnsAuthorizations", [])
        ]
        proven = all(
            proof and proof["data"] in records.get(f"{proof['name']}/CNAME", {}).get("rrdatas", []) for proof in proofs
        )
        # What the authority refused, such as by a CAA record, is told with the certificate, and ends its issue.
        failed = "FAILED" if "provisioningIssue" in managed else ""
        managed["state"] = failed or ("ACTIVE" if proven else "PROVISIONING")
    for secret in ("pemCertificate", "pemPrivateKey"):
        body.get("selfManaged", {}).pop(secret, None)
    return body


def _public(cloud: Cloud) -> Iterator[tuple[str, Json]]:
    """The record sets that stand in public zones."""
    for path, record in cloud.dns.items():
        zone = cloud.dns.get(path.partition("/rrsets/")[0])
        if zone is not record and zone is not None and zone.body.get("visibility") == "public":
            yield path, record.body


def _matching(cloud: Cloud, parent: str, call: Call) -> Iterator[Record]:
    """Those of a list; of filters one by name, with stars at most, as the provider's documentation has it."""
    wanted = call.query.get("filter", "")
    pattern = re.fullmatch(r'name:"?([^"\s]+)"?', wanted)
    if wanted and pattern is None:
        raise GoogleError(501, f"The stand-in does not simulate the filter {wanted!r} of Certificate Manager.")
    for path, record in sorted(cloud.certificates.items()):
        if path.rpartition("/")[0] == parent and (pattern is None or fnmatchcase(path, pattern[1])):
            yield record


def _create(cloud: Cloud, path: str, sent: Json) -> Json:
    if path in cloud.certificates:
        raise GoogleError(409, f"Resource '{path}' already exists")
    if not re.fullmatch(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?", path.rpartition("/")[2]):
        raise GoogleError(400, "The resource id must match [a-z]([-a-z0-9]{0,61}[a-z0-9])?")
    body = without_empty(sent) | {"name": path, "createTime": cloud.zulu(), "updateTime": cloud.zulu()}
    _complete(body)
    if domain := body.get("domain"):
        body |= {"type": body.get("type", "PER_PROJECT_RECORD"), "dnsResourceRecord": _proof(cloud, domain)}
    rules.check(Change(cloud, "create", path, None, body, sent))
    cloud.certificates[path] = Record(path, body)
    return _operation(cloud, path, "create", lambda: cloud.certificates.__delitem__(path))


def _complete(body: Json) -> None:
    if pem := body.get("selfManaged", {}).get("pemCertificate"):
        body |= {"pemCertificate": pem, "sanDnsnames": names_in(pem), "expireTime": "2036-01-01T00:00:00Z"}
    if domains := body.get("managed", {}).get("domains"):
        body["sanDnsnames"] = domains


def _proof(cloud: Cloud, domain: str) -> Json:
    """The record that proves a domain, as the API's documentation shows one."""
    number = cloud.new_id()
    return {
        "name": f"_acme-challenge_{number[-12:]}.{domain}.",
        "type": "CNAME",
        "data": f"{number}.authorize.certificatemanager.goog.",
    }


def _patch(cloud: Cloud, record: Record, call: Call) -> Json:
    body = deepcopy(record.body)
    for name in filter(None, call.query.get("updateMask", "").split(",")):
        key = re.sub(r"_(\w)", lambda match: match[1].upper(), name)
        body.pop(key, None)
        body |= {key: call.body[key]} if key in call.body else {}
    _complete(body)
    rules.check(Change(cloud, "patch", record.path, record.body, body, call.body))
    record.body = body | {"updateTime": cloud.zulu()}
    return _operation(cloud, record.path, "patch")


def _delete(cloud: Cloud, record: Record) -> Json:
    rules.check(Change(cloud, "delete", record.path, record.body, None, {}))
    del cloud.certificates[record.path]
    return _operation(cloud, record.path, "delete")


def _operation(cloud: Cloud, path: str, verb: str, undo: Callable[[], None] = lambda: None) -> Json:
    parent, kind, _ = path.rsplit("/", 2)
    record = cloud.certificates.get(path)
    return long_running.start(
        cloud,
        f"{parent}/operations/operation-{cloud.new_id()}",
        f"certificatemanager/{path}",
        f"{kind}.{verb}",
        shown(cloud, record) if record else {},
        metadata={"target": path, "verb": verb},
        undo=undo,
    )
