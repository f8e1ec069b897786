"""Google's own descriptions of its APIs (discovery documents), read from google-api-python-client.

Only the documents are used, not the library: importing it takes a second and brings an HTTP client. Raises
DiscoveryMissingError with one sentence when the package is not installed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

from standin.message import Json

# API and version as they stand in the address -> document. The first part is the API's host name
# (<name>.googleapis.com), which is also the first segment of every address of this server.
DOCUMENTS: Mapping[tuple[str, str], str] = {
    ("certificatemanager", "v1"): "certificatemanager.v1",
    ("compute", "v1"): "compute.v1",
    ("dns", "v1"): "dns.v1",
    ("run", "v2"): "run.v2",
    ("serviceusage", "v1"): "serviceusage.v1",
    ("cloudresourcemanager", "v1"): "cloudresourcemanager.v1",
    ("cloudresourcemanager", "v3"): "cloudresourcemanager.v3",
    ("cloudbilling", "v1"): "cloudbilling.v1",
    ("iam", "v1"): "iam.v1",
    ("iamcredentials", "v1"): "iamcredentials.v1",
    ("storage", "v1"): "storage.v1",
    ("logging", "v2"): "logging.v2",
    ("networkmanagement", "v1"): "networkmanagement.v1",
    ("secretmanager", "v1"): "secretmanager.v1",
}


class DiscoveryMissingError(RuntimeError):
    """The discovery documents are not installed."""


@dataclass(frozen=True)
class Method:
    """One method of an API: `id` is Google's (compute.subnetworks.insert)."""

    id: str
    http_method: str
    pattern: re.Pattern[str]
    slashes: int
    path_parameters: tuple[str, ...]
    path_patterns: Mapping[str, str]
    query: Mapping[str, Json]
    request: str
    response: str

    @property
    def verb(self) -> str:
        """The last word of the id: insert, get, setLabels."""
        return self.id.rsplit(".", 1)[1]


@dataclass(frozen=True)
class Description:
    """One API: its methods by HTTP method and number of path segments, and its schemas by name."""

    schemas: Mapping[str, Json]
    parameters: Mapping[str, Json]
    methods: Mapping[tuple[str, int], tuple[Method, ...]] = field(repr=False)

    def find(self, http_method: str, path: str) -> tuple[Method, dict[str, str]] | None:
        """The method for a path such as `v1/projects/p/global/networks`, with its path parameters, or None."""
        for method in self.methods.get((http_method, path.count("/")), ()):
            match = method.pattern.fullmatch(path)
            if match:
                values = zip(method.path_parameters, match.groups(), strict=True)
                return method, {name: unquote(value) for name, value in values}
        return None


def documents_folder() -> Path:
    """Where google-api-python-client keeps the documents."""
    package = find_spec("googleapiclient")
    if package is None or not package.submodule_search_locations:
        raise DiscoveryMissingError(
            "the stand-in needs Google's API descriptions: install google-api-python-client "
            "(pip install google-api-python-client)"
        )
    return Path(next(iter(package.submodule_search_locations))) / "discovery_cache" / "documents"


@cache
def description(api: str, version: str) -> Description | None:
    """The description of an API by its first two address segments; None for an API that is not simulated."""
    document = DOCUMENTS.get((api, version))
    if document is None:
        return None
    text = (documents_folder() / f"{document}.json").read_text(encoding="utf-8")
    content: Json = json.loads(text)
    prefix = content["servicePath"].removeprefix(f"{api}/")
    grouped: dict[tuple[str, int], list[Method]] = {}
    for method in _methods(content, prefix, api):
        grouped.setdefault((method.http_method, method.slashes), []).append(method)
    return Description(
        schemas=content["schemas"],
        parameters=content.get("parameters", {}),
        methods={key: tuple(sorted(group, key=_specificity)) for key, group in grouped.items()},
    )


def _specificity(method: Method) -> tuple[int, int]:
    """Literal text first: `services/{name}:getIamPolicy` before `services/{name}`."""
    return len(method.path_parameters), -len(method.pattern.pattern)


def _methods(node: Json, prefix: str, api: str) -> Iterator[Method]:
    for resource in node.get("resources", {}).values():
        for method in resource.get("methods", {}).values():
            yield _method(method, prefix, api)
        yield from _methods(resource, prefix, api)


def _method(source: Json, prefix: str, api: str) -> Method:
    # Cloud DNS has its name in each path instead of in the prefix.
    template: str = (prefix + str(source.get("flatPath") or source["path"])).removeprefix(f"{api}/")
    names = re.findall(r"\{\+?(\w+)\}", template)
    pattern = re.sub(r"\\\{\\?\+?\w+\\\}", "([^/]+)", re.escape(template))
    parameters = source.get("parameters", {})
    patterns = {name: parameters[name]["pattern"] for name in names if "pattern" in parameters.get(name, {})}
    query = {k: v for k, v in parameters.items() if v.get("location") == "query"}
    return Method(
        id=source["id"],
        http_method=source["httpMethod"],
        pattern=re.compile(pattern),
        slashes=template.count("/"),
        path_parameters=tuple(names),
        path_patterns=patterns,
        query=query,
        request=source.get("request", {}).get("$ref", ""),
        response=source.get("response", {}).get("$ref", ""),
    )
