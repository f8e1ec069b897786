"""From an HTTP request to an answer: recognize the method, check the content, ask the API's own module."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from standin import validation
from standin.apis import (
    billing,
    certificate_manager,
    compute,
    dns,
    iam,
    iam_credentials,
    logging,
    network_management,
    resource_manager,
    run,
    secret_manager,
    service_usage,
    storage,
)
from standin.call import Call
from standin.cloud import Cloud
from standin.discovery import description
from standin.environment import UNSIMULATED
from standin.google_error import GoogleError
from standin.message import Json

_APIS: Mapping[str, Callable[[Cloud, Call], Json]] = {
    "certificatemanager": certificate_manager.answer,
    "compute": compute.answer,
    "dns": dns.answer,
    "run": run.answer,
    "serviceusage": service_usage.answer,
    "cloudresourcemanager": resource_manager.answer,
    "cloudbilling": billing.answer,
    "iam": iam.answer,
    "iamcredentials": iam_credentials.answer,
    "logging": logging.answer,
    "networkmanagement": network_management.answer,
    "secretmanager": secret_manager.answer,
    "storage": storage.answer,
}
_UPLOAD = "/upload/storage/"


@dataclass(frozen=True)
class Answer:
    """What goes back: JSON, or the bytes of an object."""

    code: int
    body: Json
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(cloud: Cloud, method: str, target: str, content: bytes, headers: Mapping[str, str]) -> Answer:
    """Answer one request. Never raises: what Google would refuse comes back as its error."""
    try:
        with cloud.lock:
            cloud.settle()
            cloud.faults.strike(method, target)
            if target.startswith(_UPLOAD):
                return _upload(cloud, method, target, content, headers)
            if stored := _stored(cloud, method, target):
                return Answer(200, {}, stored.content, stored.headers())
            call = validation.request(cloud, _recognize(method, target, content))
            cloud.faults.answer(call.method.id, call.path)
            body = _APIS[call.api](cloud, call)
            validation.response(cloud, call, body)
            return Answer(200, body)
    except GoogleError as refused:
        return Answer(refused.code, refused.body())


def _upload(cloud: Cloud, method: str, target: str, content: bytes, headers: Mapping[str, str]) -> Answer:
    """An object's content on its way in: alone, or behind its description in a multipart message."""
    kind = _query(urlsplit(target).query).get("uploadType", "")
    content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    if kind == "multipart":
        described, content_type, content = storage.multipart(content_type, content)
    elif kind == "media":
        described = b""
    else:
        raise GoogleError(501, f"The stand-in does not simulate uploads of the type '{kind}'.")
    call = validation.request(cloud, _recognize(method, target.removeprefix("/upload"), described))
    body = storage.upload(cloud, call, content_type, content)
    validation.response(cloud, call, body)
    return Answer(200, body)


def _stored(cloud: Cloud, method: str, target: str) -> storage.StoredObject | None:
    """The object that is read by its XML address or by `alt=media`; None for any other call."""
    parts = urlsplit(target)
    match = re.fullmatch(r"/storage/v1/b/([^/]+)/o/([^/]+)", parts.path)
    if match is None or _query(parts.query).get("alt") != "media":
        match = re.fullmatch(r"/([^/]+)/(.+)", parts.path)
        if match is None or match[1] not in cloud.buckets:
            return None
    return storage.media(cloud, unquote(match[1]), unquote(match[2])) if method == "GET" else None


def _recognize(method: str, target: str, content: bytes) -> Call:
    parts = urlsplit(target)
    path = re.sub(r"/{2,}", "/", parts.path).strip("/")
    # What google provider 6.50.0 makes of the endpoint of Cloud DNS for record sets (standin/environment.py).
    api, _, rest = path.removeprefix("v1/").partition("/")
    # google provider 6.50.0 keeps the version of an endpoint over plain http and adds its own.
    rest = re.sub(r"^(v\d\w*)/\1/", r"\1/", rest)
    version = rest.partition("/")[0]
    described = description(api, version)
    if described is None and (api in _APIS or api == UNSIMULATED):
        what = f"{api} {version}" if api in _APIS else f"the product {version}"
        raise GoogleError(501, f"The stand-in does not simulate {what} ({method} {rest.partition('/')[2]}).")
    recognized = described.find(method, rest) if described else None
    if described is None or recognized is None or api not in _APIS:
        raise GoogleError(404, f"Method not found: {method} /{path} (nothing of this kind is simulated here).")
    return Call(
        api=api,
        version=version,
        method=recognized[0],
        description=described,
        path=rest.partition("/")[2],
        params=recognized[1],
        query=_query(parts.query),
        body=_json(content) if recognized[0].request else {},
    )


def _query(text: str) -> dict[str, str]:
    """Repeated parameters are joined by commas."""
    values: dict[str, str] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        values[key] = f"{values[key]},{value}" if key in values else value
    return values


def _json(content: bytes) -> Json:
    if not content.strip():
        return {}
    try:
        body = json.loads(content)
    except ValueError:
        raise GoogleError(400, "Invalid JSON payload received. Unexpected token.", reason="parseError") from None
    if not isinstance(body, dict):
        raise GoogleError(400, "Invalid JSON payload received. Root element must be a message.", reason="parseError")
    return body
