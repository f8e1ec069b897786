"""What facts are about: parts of a deployment, with what the synthesized stacks say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cloudrun_psc.rules.defaults import HTTP_PORT
from deployment.stack import Stack
from live.reader import Reader
from live.sides import Side

# The form of an accept list's entry, and its key in Terraform and in the API.
ENTRIES = {"project_id_or_num": "projectIdOrNum", "network_url": "networkUrl", "endpoint_url": "endpointUrl"}


@dataclass(frozen=True, kw_only=True)
class Apis:
    """The APIs that a stack enables in a project."""

    project: str
    names: tuple[str, ...]
    deploy: str

    @property
    def label(self) -> str:
        """What people call it."""
        return self.project


@dataclass(frozen=True, kw_only=True)
class Proxies:
    """The network and region in which Envoy proxies need a subnet. `own` is its id where the stack makes it."""

    network: str
    region: str
    own: str
    deploy: str

    @property
    def label(self) -> str:
        """What people call it."""
        return self.network.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A consumer's endpoint: the ids that it and the attachment that it points at can have.

    `host` is the name by which HTTPS is spoken, "" for HTTP, and `named` says whether DNS of ours has it. `audience` is
    that of ID tokens for what it leads to; where it is not known, it is the URL of the service that has one of the ids
    `services`.
    """

    label: str
    consumer: str
    project: str
    ids: tuple[str, ...]
    attachments: tuple[str, ...]
    address: str
    service: str
    deploy: str
    subnet: str = ""
    vm: str = ""
    port: int = HTTP_PORT
    host: str = ""
    named: bool = False
    audience: str = ""
    services: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Secured:
    """HTTPS of a service: its host, and the ids that its certificate can have; `made` if the stack makes that."""

    host: str
    certificates: tuple[str, ...]
    made: bool


@dataclass(frozen=True, kw_only=True)
class Named:
    """A host's record in a zone of a project, for an endpoint's address; `made` if the stack makes the zone."""

    label: str
    host: str
    address: str
    project: str
    zone: str
    network: str
    made: bool
    deploy: str

    @property
    def network_name(self) -> str:
        """What people call the network."""
        return self.network.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class Published:
    """A service that is published: what it consists of, who may call it, and who may connect.

    `members` may have expressions in them, of projects' numbers. `made` says whether the stack makes the service,
    `pipelines` whether others make its revisions. `endpoints` are those of the configuration that point at it, and
    `consumers` the projects of its consumers. `readers` are those of the sides that are read, by project.
    """

    label: str
    project: str
    attachments: tuple[str, ...]
    services: tuple[str, ...]
    rules: tuple[str, ...]
    made: bool
    pipelines: bool
    ingress: str
    members: tuple[str, ...]
    automatic: bool
    accept: Mapping[str, int]
    reject: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    consumers: frozenset[str]
    readers: Mapping[str, Reader] = field(repr=False)
    deploy: str
    stack: Stack = field(repr=False)
    https: Secured | None = None

    @property
    def where(self) -> str:
        """Its place in the configuration."""
        return f"producer.services.{self.label}"


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A configured connection of which both sides can be read."""

    published: Published
    endpoint: Endpoint
    producer: Side

    @property
    def label(self) -> str:
        """What people call it."""
        return self.endpoint.label


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the stack of one side is to have made."""

    side: Side
    apis: tuple[Apis, ...] = ()
    proxies: tuple[Proxies, ...] = ()
    published: tuple[Published, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    names: tuple[Named, ...] = ()
    connections: tuple[Connection, ...] = ()
