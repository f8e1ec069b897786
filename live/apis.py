"""The APIs of Google that are called: where each is, its methods by Google's own ids, and who may read it.

Methods are read from Google's descriptions of its APIs (discovery documents) as google-api-python-client brings them.
Only the documents are used, not the library: it takes a second to import, and its retries and errors are not ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deployment.roles import READERS, WRITERS
from deployment.values import Json
from live.failures import UnreachableError

# By the first word of a method's id: the document, and PRODUCT in GOOGLE_PRODUCT_CUSTOM_ENDPOINT, which sends the
# google provider elsewhere, and us with it (its documentation, "Google Provider Configuration Reference").
_APIS: Mapping[str, tuple[str, str]] = {
    "certificatemanager": ("certificatemanager.v1", "CERTIFICATE_MANAGER"),
    "cloudresourcemanager": ("cloudresourcemanager.v3", "RESOURCE_MANAGER_V3"),
    "compute": ("compute.v1", "COMPUTE"),
    "dns": ("dns.v1", "DNS"),
    "logging": ("logging.v2", "LOGGING"),
    "monitoring": ("monitoring.v3", "MONITORING"),
    "networkmanagement": ("networkmanagement.v1", "NETWORK_MANAGEMENT"),
    "run": ("run.v2", "CLOUD_RUN_V2"),
    "secretmanager": ("secretmanager.v1", "SECRET_MANAGER"),
    "serviceusage": ("serviceusage.v1", "SERVICE_USAGE"),
}
# Methods that read although they are no GET.
_READING = frozenset({"cloudresourcemanager.projects.getIamPolicy", "logging.entries.list"})


@dataclass(frozen=True, kw_only=True)
class Method:
    """A method of an API. `path` is its path behind the API's version, with its parameters in braces."""

    id: str
    verb: str
    path: str
    query: frozenset[str]

    @property
    def api(self) -> str:
        """The API's name, as APIs are enabled: compute.googleapis.com."""
        return f"{self.id.partition('.')[0]}.googleapis.com"

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.verb == "GET" or self.id in _READING

    @property
    def permission(self) -> str:
        """What Google calls the right to it, nearly always: compute.serviceAttachments.get."""
        words = [word for word in self.id.split(".") if word not in {"projects", "locations", "global"}]
        return ".".join(words) if len(words) > 2 else self.id

    @property
    def role(self) -> str:
        """The role that lets somebody call it."""
        api = self.id.partition(".")[0]
        return (READERS[api] if self.reads else {**READERS, **WRITERS}[api]).name

    def filled(self, parameters: Mapping[str, Any]) -> str:
        """The path with these parameters; those of the query are left out.

        Raises:
            KeyError: for a parameter that it does not have, or one that is missing.
        """
        names = set(re.findall(r"\{\+?(\w+)\}", self.path))
        if unknown := parameters.keys() - names - self.query:
            raise KeyError(f"{self.id} has no parameter {', '.join(sorted(unknown))}")
        return re.sub(
            r"\{(\+?)(\w+)\}", lambda one: quote(str(parameters[one[2]]), safe="/:" if one[1] else ""), self.path
        )


@cache
def method(id_: str) -> Method:
    """A method by Google's id, such as compute.serviceAttachments.get.

    Raises:
        KeyError: for one that Google does not have.
    """
    api = id_.partition(".")[0]
    node = _document(api)
    *resources, name = id_.split(".")[1:]
    for resource in resources:
        node = node["resources"][resource]
    found = node["methods"][name]
    query = {key for key, value in found.get("parameters", {}).items() if value["location"] == "query"}
    return Method(id=id_, verb=found["httpMethod"], path=_split(api, found["path"])[1], query=frozenset(query))


def base(api: str, variables: Mapping[str, str]) -> str:
    """Where an API is, with its version and a slash at the end: Google's place, or the one that the variables say."""
    _, product = _APIS[api]
    if custom := variables.get(f"GOOGLE_{product}_CUSTOM_ENDPOINT", "").strip():
        return custom.rstrip("/") + "/"
    document = _document(api)
    some = next(iter(_methods(document)))
    return f"{document['rootUrl']}{_split(api, some)[0]}"


def _split(api: str, path: str) -> tuple[str, str]:
    """A method's path up to and with the version, and behind it."""
    document = _document(api)
    front, version, rest = f"{document['servicePath']}{path}".partition(f"{document['version']}/")
    return front + version, rest


def _methods(node: Json) -> list[str]:
    own = [str(one["path"]) for one in node.get("methods", {}).values()]
    return own or [path for inner in node.get("resources", {}).values() for path in _methods(inner)]


@cache
def _document(api: str) -> Json:
    package = find_spec("googleapiclient")
    if package is None or not package.submodule_search_locations:
        raise UnreachableError(
            "google-api-python-client is not installed, which describes Google's APIs; run ./psc again"
        )
    folder = Path(next(iter(package.submodule_search_locations))) / "discovery_cache" / "documents"
    document: Json = json.loads((folder / f"{_APIS[api][0]}.json").read_text(encoding="utf-8"))
    return document
