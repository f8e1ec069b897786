"""What is known of each kind of resource and data source, in one place: docs/adr/0011 says how a kind is added."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from deployment.kinds.address import ADDRESS
from deployment.kinds.certificates import AUTHORIZATION, CERTIFICATE, ISSUANCE_CONFIG
from deployment.kinds.cloud_run import (
    EXISTING_SERVICE,
    FIRST_SERVICE,
    INVOKER,
    OTHER_PERMISSIONS,
    SECRET_ACCESS,
    SERVICE,
)
from deployment.kinds.dns import EXISTING_ZONE, RECORD_SET
from deployment.kinds.dns import ZONE as DNS_ZONE
from deployment.kinds.firewall import FIREWALL, OF_POLICIES
from deployment.kinds.forwarding_rule import EXISTING_RULE, FRONTEND, GLOBAL_ENDPOINT, PSC_ENDPOINT, RULES
from deployment.kinds.instance import INSTANCE
from deployment.kinds.kind import Kind
from deployment.kinds.load_balancer import (
    BACKEND_SERVICE,
    EXISTING_CERTIFICATE,
    EXISTING_SSL_CERTIFICATE,
    HTTP_PROXY,
    HTTPS_PROXY,
    NETWORK_ENDPOINT_GROUP,
    SSL_POLICY,
    URL_MAP,
)
from deployment.kinds.network import EXISTING_SUBNET, FLOW_LOGS, NETWORK, SUBNETWORK, SUBNETWORKS
from deployment.kinds.project import PROJECT, PROJECT_SERVICE
from deployment.kinds.secrets import EPHEMERAL_VERSION, VERSION
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.kinds.terraform import RECORD, STATE_IN_BUCKET, STATE_IN_FILE
from deployment.values import Json

# In the order in which they are read: what comes first is what the next ones stand on.
KINDS: tuple[Kind, ...] = (
    PROJECT_SERVICE,
    RECORD,
    NETWORK,
    SUBNETWORK,
    FLOW_LOGS,
    FIREWALL,
    *OF_POLICIES,
    SECRET_ACCESS,
    SERVICE,
    FIRST_SERVICE,
    INVOKER,
    *OTHER_PERMISSIONS,
    NETWORK_ENDPOINT_GROUP,
    BACKEND_SERVICE,
    URL_MAP,
    HTTP_PROXY,
    AUTHORIZATION,
    ISSUANCE_CONFIG,
    CERTIFICATE,
    SSL_POLICY,
    HTTPS_PROXY,
    ADDRESS,
    FRONTEND,
    PSC_ENDPOINT,
    GLOBAL_ENDPOINT,
    DNS_ZONE,
    RECORD_SET,
    SERVICE_ATTACHMENT,
    INSTANCE,
    STATE_IN_BUCKET,
    STATE_IN_FILE,
    PROJECT,
    EXISTING_SERVICE,
    EXISTING_SUBNET,
    EXISTING_RULE,
    EXISTING_CERTIFICATE,
    EXISTING_SSL_CERTIFICATE,
    EXISTING_ZONE,
    VERSION,
    EPHEMERAL_VERSION,
    SUBNETWORKS,
    RULES,
)


def kind_of(type_: str, values: Json) -> Kind | None:
    """The kind of something of a Terraform type (`data.TYPE`) with these values; None for what is not known."""
    return next((kind for kind in variants(type_) if kind.fits(values)), None)


@lru_cache(maxsize=256)
def variants(type_: str) -> tuple[Kind, ...]:
    """The kinds that one Terraform type comprises."""
    return tuple(kind for kind in KINDS if kind.type == type_)


def is_psc_endpoint(type_: str, values: Json) -> bool:
    """Whether this is a PSC endpoint for a published service."""
    return kind_of(type_, values) in ENDPOINTS


# What points at a published service.
ENDPOINTS = frozenset({PSC_ENDPOINT, GLOBAL_ENDPOINT})
# Of two kinds with the same collection the first.
COLLECTIONS: Mapping[str, str] = {kind.collection: kind.type for kind in reversed(KINDS) if kind.collection}
