"""Cloud Storage v1 as Terraform's gcs backend uses it: buckets, objects, and conditions on an object's generation.

A state's lock is an object that must not exist yet (`ifGenerationMatch=0`); its generation is the lock's id. Contents
come in by the upload address, and go out both by `alt=media` and by the older XML address `/BUCKET/OBJECT`.
"""

from __future__ import annotations

import base64
import email.policy
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import BytesParser

from standin.call import Call
from standin.cloud import Cloud
from standin.google_error import GoogleError
from standin.message import Json, merge
from standin.pages import page_of

_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")


@dataclass(frozen=True)
class StoredObject:
    """An object: its description as the API shows it, and its bytes."""

    body: Json
    content: bytes

    def headers(self) -> dict[str, str]:
        """What the XML address answers beside the bytes."""
        return {
            "Content-Type": str(self.body["contentType"]),
            "X-Goog-Generation": str(self.body["generation"]),
            "X-Goog-Metageneration": str(self.body["metageneration"]),
            "X-Goog-Hash": f"md5={self.body['md5Hash']}",
            "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT",
        }


def answer(cloud: Cloud, call: Call) -> Json:
    """Answer a call about buckets or objects. Raises GoogleError for everything that Google would refuse."""
    kind, verb = call.method.id.split(".")[1], call.method.verb
    if kind == "buckets":
        return _buckets(cloud, call, verb)
    if kind != "objects" or verb not in {"list", "get", "delete"}:
        raise call.unsimulated()
    bucket = _objects(cloud, call.params["bucket"])
    if verb == "list":
        return _list(bucket, call)
    stored = _object(bucket, call.params["bucket"], call.params["object"])
    _check_generation(stored, call.query)
    if verb == "delete":
        del bucket[call.params["object"]]
        return {}
    return dict(stored.body)


def media(cloud: Cloud, bucket: str, name: str) -> StoredObject:
    """An object with its bytes. Raises 404 when there is none."""
    return _object(_objects(cloud, bucket), bucket, name)


def upload(cloud: Cloud, call: Call, content_type: str, content: bytes) -> Json:
    """Store an object, described by `call.body`. Raises 412 when its place is not as the conditions want it."""
    bucket = _objects(cloud, call.params["bucket"])
    name = call.body.get("name") or call.query.get("name")
    if not name:
        raise GoogleError(400, "Required parameter: name", reason="required")
    _check_generation(bucket.get(name), call.query)
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    body: Json = {
        "kind": "storage#object",
        "id": f"{call.params['bucket']}/{name}/{(generation := cloud.new_id())}",
        "name": name,
        "bucket": call.params["bucket"],
        # Generations are 64-bit numbers that only ever grow; a real one is a time in microseconds.
        "generation": generation,
        "metageneration": "1",
        "contentType": call.body.get("contentType") or content_type or "application/octet-stream",
        "storageClass": "STANDARD",
        "size": str(len(content)),
        "md5Hash": base64.b64encode(digest).decode(),
        "etag": cloud.fingerprint(),
        "timeCreated": cloud.zulu(),
        "updated": cloud.zulu(),
    }
    bucket[name] = StoredObject(body, content)
    return dict(body)


def multipart(content_type: str, content: bytes) -> tuple[bytes, str, bytes]:
    """A multipart upload's description, and its content with its type. Raises 400 when it has not two parts."""
    header = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=email.policy.HTTP).parsebytes(header + content)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if len(parts) != 2:
        raise GoogleError(400, "Malformed multipart body.", reason="badContent")
    described, stored = (part.get_payload(decode=True) for part in parts)
    assert isinstance(described, bytes)
    assert isinstance(stored, bytes)
    return described, parts[1].get_content_type(), stored


def _buckets(cloud: Cloud, call: Call, verb: str) -> Json:
    if verb == "insert":
        name = call.body.get("name", "")
        if not _BUCKET.fullmatch(name):
            raise GoogleError(400, f"Invalid bucket name: '{name}'", reason="invalid")
        if name in cloud.buckets:
            text = "Your previous request to create the named bucket succeeded and you already own it."
            raise GoogleError(409, text, reason="conflict")
        cloud.buckets[name] = {}
        cloud.bucket_settings[name] = dict(call.body)
        return _shown(cloud, name)
    if verb in ("get", "patch", "update"):
        _objects(cloud, call.params["bucket"])
        merge(cloud.bucket_settings.setdefault(call.params["bucket"], {}), call.body)
        return _shown(cloud, call.params["bucket"])
    if verb == "delete":
        if _objects(cloud, call.params["bucket"]):
            raise GoogleError(409, "The bucket you tried to delete is not empty.", reason="conflict")
        del cloud.buckets[call.params["bucket"]]
        cloud.bucket_settings.pop(call.params["bucket"], None)
        return {}
    if verb == "list":
        return {"kind": "storage#buckets", "items": [_shown(cloud, name) for name in sorted(cloud.buckets)]}
    raise call.unsimulated()


def _shown(cloud: Cloud, name: str) -> Json:
    """A bucket as it was made; one that the rehearsal made for a state has nothing but a name."""
    settings = {key: value for key, value in cloud.bucket_settings.get(name, {}).items() if value is not None}
    body = {"location": "US", "storageClass": "STANDARD"} | settings
    return body | {"kind": "storage#bucket", "id": name, "name": name, "location": str(body["location"]).upper()}


def _objects(cloud: Cloud, bucket: str) -> dict[str, StoredObject]:
    if bucket not in cloud.buckets:
        raise GoogleError(404, "The specified bucket does not exist.", reason="notFound")
    objects: dict[str, StoredObject] = cloud.buckets[bucket]
    return objects


def _object(objects: Mapping[str, StoredObject], bucket: str, name: str) -> StoredObject:
    if name not in objects:
        raise GoogleError(404, f"No such object: {bucket}/{name}", reason="notFound")
    return objects[name]


def _check_generation(present: StoredObject | None, query: Mapping[str, str]) -> None:
    """Conditions: https://cloud.google.com/storage/docs/request-preconditions (0: the object must not exist)."""
    wanted = query.get("ifGenerationMatch")
    actual = present.body["generation"] if present else "0"
    if wanted is not None and wanted != actual:
        text = "At least one of the pre-conditions you specified did not hold."
        raise GoogleError(412, text, reason="conditionNotMet")


def _list(bucket: Mapping[str, StoredObject], call: Call) -> Json:
    prefix, delimiter = call.query.get("prefix", ""), call.query.get("delimiter", "")
    items: list[Json] = []
    folders: set[str] = set()
    for name in sorted(name for name in bucket if name.startswith(prefix)):
        rest = name[len(prefix) :]
        if delimiter and delimiter in rest:
            folders.add(prefix + rest.partition(delimiter)[0] + delimiter)
        else:
            items.append(dict(bucket[name].body))
    page, following = page_of(items, call.query.get("maxResults", "1000"), call.query.get("pageToken", ""))
    listed: Json = {"kind": "storage#objects", "items": page}
    if folders:
        listed["prefixes"] = sorted(folders)
    return listed | following
