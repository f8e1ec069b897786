"""What resources are called when nothing but the key of their service, consumer or endpoint is known."""

from __future__ import annotations

from collections.abc import Mapping

_ENDINGS = {
    "service": "service",
    "network_endpoint_group": "serverless-neg",
    "backend_service": "backend-service",
    "url_map": "url-map",
    "http_proxy": "http-proxy",
    "https_proxy": "https-proxy",
    "ssl_policy": "ssl-policy",
    "certificate": "certificate",
    "forwarding_rule": "forwarding-rule",
    "service_attachment": "service-attachment",
}


def service_parts(service: str) -> Mapping[str, str]:
    """Every part of a published service with its name: hello-service, hello-serverless-neg and so on."""
    return {part: f"{service}-{ending}" for part, ending in _ENDINGS.items()}


def network(side: str) -> str:
    """The VPC network of a side, such as consumer-vpc."""
    return f"{side}-vpc"


def subnet(side: str) -> str:
    """A side's one subnet of its own, or the one of its load balancers: consumer-subnet."""
    return f"{side}-subnet"


def zone(endpoint: str) -> str:
    """The private zone of an endpoint's host, such as psc-endpoint-zone; the host's hash follows."""
    return f"{endpoint}-zone"


def reserved_address(endpoint: str) -> str:
    """The reserved address of an endpoint, such as psc-endpoint-ip."""
    return f"{endpoint}-ip"
