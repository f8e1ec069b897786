"""Which key of the configuration an attribute follows from, and the value that would make it what exists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cloudrun_psc.rules.terraform_names import address_name
from deployment.hidden import Hidden
from deployment.kinds.address import ADDRESS
from deployment.kinds.cloud_run import SERVICE
from deployment.kinds.forwarding_rule import PSC_ENDPOINT
from deployment.kinds.instance import INSTANCE
from deployment.kinds.load_balancer import BACKEND_SERVICE, NETWORK_ENDPOINT_GROUP
from deployment.kinds.network import NETWORK, SUBNETWORK
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from live.adopt.differences import Difference
from live.names import plain
from live.subjects import ENTRIES
from stacks.layout import PRODUCER

_SERVICE, _ENDPOINT, _CONSUMER = "producer.services.{key}", "consumers.{stack}.endpoints.{key}", "consumers.{stack}"
_NETWORK = "producer.network"
_NAT = r".*_nat_[\d_]+"


class NoValueError(Exception):
    """What exists cannot be said in the configuration."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """An attribute of a Terraform type, the key that it follows from, and how that says what exists.

    `address` is a pattern that the resource's name has to match, `producer` says on which side it stands; None is
    either.
    """

    type: str
    path: str
    key: str
    value: Callable[[Any], Any] = lambda live: live
    address: str = ".*"
    producer: bool | None = None


def _port(live: Any) -> int:
    first, _, last = str(live).partition("-")
    if last not in ("", first) or not first.isdigit():
        raise NoValueError
    return int(first)


def _seconds(live: Any) -> int:
    text = str(live).removesuffix("s")
    if not text.isdigit():
        raise NoValueError
    return int(text)


def _accepted(live: Any) -> dict[str, int]:
    accepted = {}
    for entry in live or ():
        who = next((str(entry[key]) for key in ENTRIES if entry.get(key)), "")
        accepted[plain(who)] = int(entry.get("connection_limit") or 1)
    return accepted


def _links(live: Any) -> list[str]:
    return [plain(one) for one in live or ()]


def _variables(live: Any) -> dict[str, Any]:
    return {str(entry["name"]): entry.get("value") for entry in live}


def _secrets(live: Any) -> dict[str, Any]:
    references = {str(entry["name"]): entry["value_source"][0]["secret_key_ref"][0] for entry in live}
    return {name: {"secret": one["secret"], "version": one["version"]} for name, one in references.items()}


def _vpc_access(live: Any) -> dict[str, Any]:
    (access,) = live
    (interface,) = access["network_interfaces"]
    made = {"subnet": plain(interface["subnetwork"]), "egress": access["egress"], "tags": interface["tags"]}
    return {key: value for key, value in made.items() if value}


def _generation(live: Any) -> str:
    found = re.fullmatch(r"EXECUTION_ENVIRONMENT_(GEN[12])", str(live))
    if not found:
        raise NoValueError
    return found[1].lower()


# Mappings whose entries are keys of the configuration, one by one.
_MAPS = ("labels", "effective_labels", "annotations", "effective_annotations")
_ONE_CONTAINER = "template.containers"
_INTERFACES = "template.vpc_access.network_interfaces"
_LIMITS = f"{_ONE_CONTAINER}.resources"
_OF_RUN: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    f"{_ONE_CONTAINER}.image": ("image", str),
    f"{_ONE_CONTAINER}.command": ("command", list),
    f"{_ONE_CONTAINER}.args": ("args", list),
    f"{_ONE_CONTAINER}.env": ("env", _variables),
    f"{_ONE_CONTAINER}.env.value_source": ("secrets", _secrets),
    f"{_ONE_CONTAINER}.ports.container_port": ("container_port", int),
    f"{_LIMITS}.limits.cpu": ("cpu", str),
    f"{_LIMITS}.limits.memory": ("memory", str),
    f"{_LIMITS}.cpu_idle": ("cpu_idle", bool),
    f"{_LIMITS}.startup_cpu_boost": ("startup_cpu_boost", bool),
    "template.scaling.min_instance_count": ("scaling.min_instances", int),
    "template.scaling.max_instance_count": ("scaling.max_instances", int),
    "template.max_instance_request_concurrency": ("concurrency", int),
    "template.timeout": ("timeout_seconds", _seconds),
    "template.service_account": ("service_account", str),
    "template.execution_environment": ("execution_environment", _generation),
    "template.vpc_access.egress": ("vpc_access.egress", str),
    f"{_INTERFACES}.subnetwork": ("vpc_access.subnet", plain),
    f"{_INTERFACES}.tags": ("vpc_access.tags", list),
    "template.vpc_access": ("vpc_access", _vpc_access),
    "custom_audiences": ("audiences", list),
    "default_uri_disabled": ("default_url", lambda live: not live),
    **{path: (path.removeprefix("effective_"), lambda live: live) for path in _MAPS},
}
KEYS: tuple[Key, ...] = (
    *(Key(type=SERVICE.type, path=path, key=f"{_SERVICE}.{key}", value=of) for path, (key, of) in _OF_RUN.items()),
    Key(type=NETWORK_ENDPOINT_GROUP.type, path="cloud_run.service", key=f"{_SERVICE}.names.service", value=str),
    Key(type=BACKEND_SERVICE.type, path="log_config", key=f"{_SERVICE}.request_log", value=bool),
    Key(type=BACKEND_SERVICE.type, path="log_config.enable", key=f"{_SERVICE}.request_log.enabled", value=bool),
    Key(type=BACKEND_SERVICE.type, path="log_config.sample_rate", key=f"{_SERVICE}.request_log.sample", value=float),
    Key(type=PSC_ENDPOINT.type, path="port_range", key=f"{_SERVICE}.port", value=_port, producer=True),
    Key(type=PSC_ENDPOINT.type, path="ip_address", key=f"{_SERVICE}.address", value=str, producer=True),
    Key(type=PSC_ENDPOINT.type, path="allow_global_access", key=f"{_SERVICE}.global_access", value=bool, producer=True),
    Key(type=SERVICE_ATTACHMENT.type, path="connection_preference", key=f"{_SERVICE}.connection_preference"),
    Key(type=SERVICE_ATTACHMENT.type, path="consumer_accept_lists", key=f"{_SERVICE}.accept", value=_accepted),
    Key(type=SERVICE_ATTACHMENT.type, path="consumer_reject_lists", key=f"{_SERVICE}.reject", value=_links),
    Key(type=SERVICE_ATTACHMENT.type, path="nat_subnets", key=f"{_SERVICE}.nat_subnets", value=_links),
    Key(type=SERVICE_ATTACHMENT.type, path="description", key=f"{_SERVICE}.description", value=str),
    Key(
        type=SERVICE_ATTACHMENT.type, path="propagated_connection_limit",
        key=f"{_SERVICE}.propagated_connection_limit", value=int,
    ),
    Key(
        type=SUBNETWORK.type, path="ip_cidr_range", key=f"{_NETWORK}.load_balancer_subnet.range",
        address="load_balancer", producer=True,
    ),
    Key(
        type=SUBNETWORK.type, path="ip_cidr_range", key=f"{_NETWORK}.proxy_only_subnet.range",
        address="proxy_only", producer=True,
    ),
    Key(
        type=SUBNETWORK.type, path="ip_cidr_range", key=f"{_SERVICE}.nat_ranges", value=lambda live: [live],
        address=_NAT, producer=True,
    ),
    Key(
        type=SUBNETWORK.type, path="ip_cidr_range", key=f"{_CONSUMER}.network.subnet.range",
        address="subnet", producer=False,
    ),
    *(
        Key(type=SUBNETWORK.type, path=f"log_config.{attribute}", key=f"{_CONSUMER}.flow_logs.{key}", producer=False)
        for attribute, key in (
            ("flow_sampling", "sampling"), ("aggregation_interval", "interval"), ("metadata", "metadata"),
        )
    ),
    Key(
        type=SUBNETWORK.type, path="log_config", key=f"{_CONSUMER}.flow_logs.enabled", value=bool, producer=False,
    ),
    Key(type=ADDRESS.type, path="address", key=f"{_ENDPOINT}.address", producer=False),
    Key(type=PSC_ENDPOINT.type, path="target", key=f"{_ENDPOINT}.service_attachment", value=plain, producer=False),
    Key(
        type=PSC_ENDPOINT.type, path="allow_psc_global_access", key=f"{_ENDPOINT}.global_access", value=bool,
        producer=False,
    ),
    Key(type=INSTANCE.type, path="machine_type", key=f"{_CONSUMER}.test_vm.machine_type"),
    Key(
        type=INSTANCE.type, path="boot_disk.initialize_params.image", key=f"{_CONSUMER}.test_vm.image", value=plain,
    ),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A key of the configuration, and the value by which it says what exists."""

    key: str
    value: Any


def setting(address: str, stack: str, difference: Difference, keys: Mapping[str, str]) -> Setting | None:
    """The setting that an attribute of a resource follows from; None where there is none.

    `keys` are the configuration's, by what Terraform addresses make of them.
    """
    type_, _, name = address.partition(".")
    for rule in KEYS:
        inner = difference.path.removeprefix(f"{rule.path}.")
        within = inner != difference.path and rule.path in _MAPS
        if rule.type != type_ or not (difference.path == rule.path or within):
            continue
        if rule.producer not in (None, stack == PRODUCER) or not re.fullmatch(rule.address, name):
            continue
        key = rule.key.format(stack=stack, key=owner(name, keys)) + (f".{inner}" if within else "")
        if isinstance(difference.live, Hidden):
            return Setting(key=key, value=difference.live)
        try:
            return Setting(key=key, value=rule.value(difference.live))
        except (NoValueError, TypeError, ValueError, KeyError, AttributeError):
            return None
    return None


# The key under which a resource's name stands, by the address's type and name ({key} for that of the configuration).
_NAMES: tuple[tuple[str, str, bool, str], ...] = (
    (NETWORK.type, "network", True, f"{_NETWORK}.name"),
    (NETWORK.type, "network", False, f"{_CONSUMER}.network.name"),
    (SUBNETWORK.type, "load_balancer", True, f"{_NETWORK}.load_balancer_subnet.name"),
    (SUBNETWORK.type, "proxy_only", True, f"{_NETWORK}.proxy_only_subnet.name"),
    (SUBNETWORK.type, _NAT, True, f"{_NETWORK}.nat_subnet_name"),
    (SUBNETWORK.type, "subnet", False, f"{_CONSUMER}.network.subnet.name"),
    (NETWORK_ENDPOINT_GROUP.type, ".*", True, f"{_SERVICE}.names.network_endpoint_group"),
    (PSC_ENDPOINT.type, ".*", True, f"{_SERVICE}.names.forwarding_rule"),
    (PSC_ENDPOINT.type, ".*", False, f"{_ENDPOINT}.name"),
    (ADDRESS.type, ".*", False, f"{_ENDPOINT}.address_name"),
    (SERVICE.type, ".*", True, f"{_SERVICE}.names.service"),
    (SERVICE_ATTACHMENT.type, ".*", True, f"{_SERVICE}.names.service_attachment"),
)


def name_key(address: str, stack: str, keys: Mapping[str, str]) -> str:
    """The key under which a resource's name is given; "" where there is none."""
    type_, _, name = address.partition(".")
    for known, pattern, producer, key in _NAMES:
        if known == type_ and producer == (stack == PRODUCER) and re.fullmatch(pattern, name):
            return key.format(stack=stack, key=owner(name, keys))
    return ""


def owner(name: str, keys: Mapping[str, str]) -> str:
    """The key of the service or endpoint that an address's name begins with; the name itself where it has none."""
    fitting = [one for one in keys if name == one or name.startswith(f"{one}_")]
    return keys[max(fitting, key=len)] if fitting else name


def keys_of(keys: Iterable[str]) -> dict[str, str]:
    """Keys of services and endpoints by what Terraform addresses make of them."""
    return {address_name(key): key for key in keys}
