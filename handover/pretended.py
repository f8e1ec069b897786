"""What tests of values pretend that data sources find: what the stacks take for granted, in the provider's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from deployment.existing import Granted
from deployment.values import Json, strings

# Attributes of data sources, by the names that Google's APIs have for them; OpenTofu refuses any other.
_ATTRIBUTES = {
    "allowGlobalAccess": "allow_global_access", "dnsName": "dns_name", "ingress": "ingress",
    "ipCidrRange": "ip_cidr_range", "loadBalancingScheme": "load_balancing_scheme", "network": "network",
    "ports": "ports", "visibility": "visibility",
}  # fmt: skip
_COLLECTIONS = {
    "google_cloud_run_v2_service": "services",
    "google_compute_forwarding_rule": "forwardingRules",
    "google_compute_subnetwork": "subnetworks",
    "google_dns_managed_zone": "managedZones",
}
_CERTIFICATES = "google_certificate_manager_certificates"
_HOSTS = re.compile(r'san_dnsnames, \["([^"]+)"')
_COMPUTE = "https://www.googleapis.com/compute/v1/"


def pretended(content: Json, told: Granted) -> dict[str, Json]:
    """The values of each data source about resources of others, by its address."""
    bodies = told.resources | told.services | told.zones
    found: dict[str, Json] = {}
    for type_, named in content.get("data", {}).items():
        for name, data in named.items():
            if type_ == _CERTIFICATES:
                found[f"data.{type_}.{name}"] = {"certificates": list(_certificates(data))}
            elif type_ in _COLLECTIONS:
                found[f"data.{type_}.{name}"] = _values(_body(data, _COLLECTIONS[type_], bodies))
    return {address: values for address, values in found.items() if values}


def _body(data: Json, collection: str, bodies: Mapping[str, Json]) -> Json:
    path = re.compile(rf"projects/{re.escape(str(data.get('project')))}/.*{collection}/{re.escape(str(data['name']))}")
    return next((body for one, body in bodies.items() if path.fullmatch(one)), {})


def _values(body: Json) -> Json:
    values: dict[str, Any] = {_ATTRIBUTES[key]: one for key, one in sorted(body.items()) if key in _ATTRIBUTES}
    if "network" in values:
        values["network"] = f"{_COMPUTE}{values['network']}"
    if "ingress" in values:
        values["uri"] = "https://service-abcdefghij-uc.a.run.app"
    return values


def _certificates(data: Json) -> Iterator[Json]:
    """That which a plan asks for, with the host that it is to cover."""
    name = str(data["filter"]).removeprefix("name:")
    hosts = sorted({found for text in strings(data) for found in _HOSTS.findall(text)})
    yield {"name": name, "san_dnsnames": hosts}
