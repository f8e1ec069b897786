"""The shape of a configuration file: every key, its default and what it means. The JSON Schema is made of this.

Defaults that follow from a key or from another setting stand as "" (or None) here and are filled in by
`config.derivation` before the settings are validated; so nobody who reads settings has to know the rules of naming.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from config.fields import (
    Address,
    Audience,
    Bucket,
    CloudRunName,
    ConnectionLimit,
    Cpu,
    Day,
    DiskImage,
    FindingAddress,
    Image,
    Key,
    LabelKey,
    LabelValue,
    MachineType,
    Memory,
    Prefix,
    Project,
    ProjectNumber,
    ProxyOnlyRange,
    Reason,
    Region,
    ResourceName,
    RuleName,
    Secret,
    SecretVersion,
    SelfLink,
    ServiceAccount,
    SubnetRange,
    Text,
    VariableName,
    VersionConstraint,
    Zone,
)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SubnetSettings(_Model):
    """A subnet of our own."""

    name: ResourceName = Field("", description="The subnet's name. Default: KEY-subnet.")
    range: SubnetRange = Field("", description="Its primary IPv4 range. Default: 10.1.0.0/24.")


class ProxyOnlySubnetSettings(_Model):
    """The subnet that Google's Envoy proxies take their addresses from."""

    name: ResourceName = Field("producer-proxy-subnet", description="The subnet's name.")
    range: ProxyOnlyRange = Field("10.0.2.0/24", description="Its primary IPv4 range, at least a /26.")


class LoadBalancerSubnetSettings(_Model):
    """The subnet in which the load balancers' addresses stand."""

    name: ResourceName = Field(
        "producer-subnet", description="The subnet's name; the range follows it once that is not the default."
    )
    range: SubnetRange = Field("10.0.1.0/24", description="Its primary IPv4 range.")


class ProducerNetworkSettings(_Model):
    """The producer's VPC network."""

    name: ResourceName = Field("producer-vpc", description="The network's name.")
    load_balancer_subnet: LoadBalancerSubnetSettings = Field(
        default_factory=LoadBalancerSubnetSettings, description="The subnet of the load balancers' addresses."
    )
    proxy_only_subnet: ProxyOnlySubnetSettings = Field(
        default_factory=ProxyOnlySubnetSettings, description="The subnet of Google's Envoy proxies."
    )
    nat_subnet_name: ResourceName = Field(
        "producer-psc-subnet",
        description="The PSC NAT subnets' name; the range follows it once that is not 10.0.3.0/24.",
    )


class SecretSettings(_Model):
    """A reference to a Secret Manager secret."""

    secret: Secret = Field(description="NAME (in the producer's project) or projects/PROJECT/secrets/NAME.")
    version: SecretVersion = Field("latest", description="The secret's version.")


class ScalingSettings(_Model):
    """How many instances a revision may have."""

    min_instances: int | None = Field(
        None, ge=0, le=1000, description="Instances kept when idle. Default: Cloud Run's, 0."
    )
    max_instances: int | None = Field(None, ge=1, le=1000, description="The most instances. Default: Cloud Run's.")


class ServiceNames(_Model):
    """The resources' names where those made of the service's key do not suit."""

    service: CloudRunName = Field("", description="The Cloud Run service. Default: KEY-service.")
    network_endpoint_group: ResourceName = Field("", description="The serverless NEG. Default: KEY-serverless-neg.")
    backend_service: ResourceName = Field("", description="The backend service. Default: KEY-backend-service.")
    url_map: ResourceName = Field("", description="The URL map. Default: KEY-url-map.")
    http_proxy: ResourceName = Field("", description="The target HTTP proxy. Default: KEY-http-proxy.")
    forwarding_rule: ResourceName = Field(
        "", description="The load balancer's forwarding rule. Default: KEY-forwarding-rule."
    )
    service_attachment: ResourceName = Field("", description="The service attachment. Default: KEY-service-attachment.")


class ServiceSettings(_Model):
    """One published Cloud Run service with its load balancer and service attachment."""

    image: Image = Field("us-docker.pkg.dev/cloudrun/container/hello", description="The container image.")
    container_port: int | None = Field(
        None, ge=1, le=65535, description="The port that the container listens on. Default: Cloud Run's, 8080."
    )
    env: dict[VariableName, Text] = Field(
        default_factory=dict, description="Environment variables; quote numbers and yes/no."
    )
    secrets: dict[VariableName, SecretSettings] = Field(
        default_factory=dict,
        description="Environment variables out of Secret Manager; the service's account gets access.",
    )
    cpu: Cpu | None = Field(None, description="CPU limit, such as 1 or 500m. Default: Cloud Run's, 1.")
    memory: Memory | None = Field(None, description="Memory limit, such as 512Mi. Default: Cloud Run's, 512Mi.")
    scaling: ScalingSettings = Field(default_factory=ScalingSettings, description="How many instances there may be.")
    concurrency: int | None = Field(
        None, ge=1, le=1000, description="Requests per instance at a time. Default: Cloud Run's, 80; below one CPU 1."
    )
    timeout_seconds: int | None = Field(
        None,
        ge=1,
        le=3600,
        description="Request timeout. Default: Cloud Run's, 300. PSC's NAT drops what is idle for 1200.",
    )
    service_account: ServiceAccount | None = Field(
        None, description="The account that the service runs as. Default: the default Compute Engine account."
    )
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict, description="Labels of the Cloud Run service.")
    ingress: Literal["internal"] = Field(
        "internal", description="Only internal: the load balancer's traffic counts as that."
    )
    invokers: list[str] = Field(
        default_factory=list,
        description="Who may call: consumers' keys (their account), service accounts, user:…, group:…, principal://…. "
        "Default: every consumer with an endpoint on the service.",
    )
    port: int = Field(80, ge=1, le=65535, description="The port that the load balancer and so the endpoints answer on.")
    address: Address | None = Field(None, description="The load balancer's address. Default: Google picks one.")
    connection_preference: Literal["ACCEPT_MANUAL", "ACCEPT_AUTOMATIC"] = Field(
        "ACCEPT_MANUAL", description="ACCEPT_AUTOMATIC lets every project connect and excludes accept and reject."
    )
    accept: dict[str, ConnectionLimit] = Field(
        default_factory=dict,
        description="Who may connect and with how many endpoints: consumers' keys, project ids or VPC networks. "
        "Default: every consumer with an endpoint on the service, 10.",
    )
    reject: list[str] = Field(
        default_factory=list, description="Who may never connect: consumers' keys, project ids or networks."
    )
    nat_ranges: list[SubnetRange] = Field(
        default_factory=lambda: ["10.0.3.0/24"],
        min_length=1,
        description="Ranges of the PSC NAT subnets, for this service alone.",
    )
    description: Text | None = Field(None, description="The service attachment's description.")
    names: ServiceNames = Field(
        default_factory=ServiceNames, description="The resources' names where the defaults do not suit."
    )
    former_key: Key | None = Field(
        None,
        description="The key that this service had before: Terraform moves its resources instead of replacing them.",
    )


class _Side(_Model):
    project: Project = Field(description="The project's id.")
    impersonate_service_account: ServiceAccount | None = Field(
        None, description="The account that Terraform acts as on this side."
    )
    quota_project: Project | None = Field(
        None, description="The project that API calls are billed to and counted against."
    )


class ProducerSettings(_Side):
    """The side that publishes."""

    network: ProducerNetworkSettings = Field(
        default_factory=ProducerNetworkSettings, description="The VPC network that the load balancers stand in."
    )
    services: dict[Key, ServiceSettings] = Field(default_factory=dict, description="The published services, by key.")


class EndpointSettings(_Model):
    """One PSC endpoint: an address of the consumer's subnet behind which a service answers."""

    service: Key | None = Field(None, description="The key of a service of this file's producer.")
    service_attachment: SelfLink | None = Field(
        None, description="The self link of a service attachment of a producer elsewhere."
    )
    address: Address = Field(
        "", description="The endpoint's address. Default: the fifth of the subnet, such as 10.1.0.5."
    )
    name: ResourceName = Field("", description="The forwarding rule's name. Default: the endpoint's key.")
    address_name: ResourceName = Field("", description="The reserved address's name. Default: NAME-ip.")
    url: Audience | None = Field(
        None, description="With service_attachment: the service's URL, for the commands that try it."
    )
    port: int | None = Field(
        None, ge=1, le=65535, description="With service_attachment: the port that the service answers on. Default: 80."
    )


class ConsumerNetworkSettings(_Model):
    """A consumer's VPC network."""

    name: ResourceName = Field("", description="The network's name. Default: KEY-vpc.")
    subnet: SubnetSettings = Field(
        default_factory=SubnetSettings, description="Its one subnet. Default: KEY-subnet, 10.1.0.0/24."
    )


class FlowLogSettings(_Model):
    """VPC flow logs of the consumer's subnet."""

    enabled: bool = Field(True, description="Whether the subnet logs its flows.")
    sampling: float = Field(0.5, gt=0, le=1, description="The share of packets reported.")
    interval: Literal[
        "INTERVAL_5_SEC", "INTERVAL_30_SEC", "INTERVAL_1_MIN", "INTERVAL_5_MIN", "INTERVAL_10_MIN", "INTERVAL_15_MIN"
    ] = Field("INTERVAL_5_SEC", description="How long packets are gathered into one entry.")
    metadata: Literal["INCLUDE_ALL_METADATA", "EXCLUDE_ALL_METADATA"] = Field(
        "INCLUDE_ALL_METADATA", description="Whether entries name VMs, networks and so on."
    )


class TestVmSettings(_Model):
    """A small VM to try the endpoint from, reached over Identity-Aware Proxy."""

    __test__ = False  # no test, whatever pytest reads in the name

    enabled: bool = Field(True, description="Whether there is one.")
    name: ResourceName = Field("test-vm", description="Its name.")
    zone: Zone = Field("", description="Its zone. Default: zone b of the region.")
    machine_type: MachineType = Field("e2-micro", description="Its machine type.")
    image: DiskImage = Field("debian-cloud/debian-12", description="Its boot disk's image.")
    firewall_name: ResourceName = Field("allow-iap-ssh", description="The name of the firewall rule that lets IAP in.")


class ConsumerSettings(_Side):
    """A side that connects; each is a Terraform stack of its own, named by its key."""

    project_number: ProjectNumber | None = Field(
        None, description="The project's number, where the producer's deployer may not look it up."
    )
    invoker: ServiceAccount | None = Field(
        None, description="The account that calls, instead of the project's default Compute Engine account."
    )
    network: ConsumerNetworkSettings = Field(
        default_factory=ConsumerNetworkSettings, description="The VPC network that the endpoints stand in."
    )
    endpoints: dict[Key, EndpointSettings] = Field(default_factory=dict, description="The PSC endpoints, by key.")
    flow_logs: FlowLogSettings = Field(default_factory=FlowLogSettings, description="VPC flow logs of the subnet.")
    test_vm: TestVmSettings = Field(default_factory=TestVmSettings, description="A VM to try the endpoints from.")


class StateSettings(_Model):
    """Where Terraform keeps its state, one per environment and stack."""

    backend: Literal["local", "gcs"] = Field("local", description="local: beside this checkout; gcs: in a bucket.")
    bucket: Bucket | None = Field(None, description="gcs: the bucket; it must exist.")
    prefix: Prefix = Field("cloudrun-psc", description="gcs: what stands in front of ENVIRONMENT/STACK.")


class AcknowledgementSettings(_Model):
    """A finding of `./psc review` that is accepted, until a day."""

    rule: RuleName = Field(description="The rule's name, as the review gives it.")
    address: FindingAddress = Field(description="STACK/ADDRESS of what it is about.")
    reason: Reason = Field(description="Why it is accepted, for whoever reads it later.")
    expires: Day = Field(description="The last day on which it is: YYYY-MM-DD.")


class Settings(_Model):
    """One environment: a producer, its consumers, or either alone."""

    environment: Key = Field(
        "", description="The environment's name in state and output paths. Default: the file's name."
    )
    region: Region = Field("asia-northeast1", description="The one region of both sides.")
    producer: ProducerSettings | None = Field(
        None, description="The side that publishes; without it only consumers are deployed."
    )
    consumers: dict[Key, ConsumerSettings] = Field(default_factory=dict, description="The sides that connect, by key.")
    state: StateSettings = Field(default_factory=StateSettings, description="Where Terraform keeps its state.")
    provider_version: VersionConstraint = Field("~> 7.45", description="The google provider's version constraint.")
    labels: dict[LabelKey, LabelValue] = Field(
        default_factory=dict, description="Labels of every resource that can have them."
    )
    deletion_protection: bool = Field(
        False, description="Keep Terraform from destroying the Cloud Run services and service attachments."
    )
    acknowledgements: dict[Key, AcknowledgementSettings] = Field(
        default_factory=dict, description="Findings of ./psc review that are accepted, by a key of your choice."
    )
