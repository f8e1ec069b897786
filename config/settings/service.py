"""A published service: what runs, who may call and connect, and what its parts are called."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cloudrun_psc.rules import default_names, defaults
from cloudrun_psc.rules.bounds import CONCURRENCY, PORT, TIMEOUT_SECONDS
from cloudrun_psc.rules.connections import NAT_IDLE_TIMEOUT_SECONDS, ConnectionPreference
from cloudrun_psc.rules.instance_sizes import DEFAULT_CPU, DEFAULT_MEMORY
from config import fields
from config.settings.container import (
    LivenessProbeSettings,
    ScalingSettings,
    SecretSettings,
    StartupProbeSettings,
    VpcAccessSettings,
)
from config.settings.https import HttpsSettings
from config.settings.section import Section, or_boolean

_PARTS = default_names.service_parts("KEY")


class ServiceNames(Section):
    """The resources' names where those made of the service's key do not suit."""

    service: fields.CloudRunName = Field("", description=f"The Cloud Run service. Default: {_PARTS['service']}.")
    network_endpoint_group: fields.ResourceName = Field(
        "", description=f"The serverless NEG. Default: {_PARTS['network_endpoint_group']}."
    )
    backend_service: fields.ResourceName = Field(
        "", description=f"The backend service. Default: {_PARTS['backend_service']}."
    )
    url_map: fields.ResourceName = Field("", description=f"The URL map. Default: {_PARTS['url_map']}.")
    http_proxy: fields.ResourceName = Field("", description=f"The target HTTP proxy. Default: {_PARTS['http_proxy']}.")
    https_proxy: fields.ResourceName = Field(
        "", description=f"With https: the target HTTPS proxy. Default: {_PARTS['https_proxy']}."
    )
    ssl_policy: fields.ResourceName = Field(
        "", description=f"With https: what TLS it offers. Default: {_PARTS['ssl_policy']}."
    )
    certificate: fields.ResourceName = Field(
        "", description=f"With https: the certificate that is made; a hash follows. Default: {_PARTS['certificate']}."
    )
    forwarding_rule: fields.ResourceName = Field(
        "", description=f"The load balancer's forwarding rule. Default: {_PARTS['forwarding_rule']}."
    )
    service_attachment: fields.ResourceName = Field(
        "", description=f"The service attachment. Default: {_PARTS['service_attachment']}."
    )


class RequestLogSettings(Section):
    """The load balancer's log of requests, with the address that PSC's NAT gave the caller."""

    enabled: bool = Field(True, description="false switches a log off that was on.")
    sample: float = Field(1.0, gt=0, le=1, description="Share of the requests that are logged.")


class ServiceSettings(Section):
    """One published Cloud Run service with its load balancer and service attachment."""

    run_service: fields.CloudRunName | None = Field(
        None,
        description="A Cloud Run service that exists, in place of one of our own; its owner says what runs.",
    )
    forwarding_rule: fields.ForwardingRuleLink | None = Field(
        None,
        description="An internal load balancer that exists, by its forwarding rule, in place of Cloud Run and a load "
        "balancer of our own; port and url say how to call it.",
    )
    url: fields.Audience | None = Field(
        None, description="With forwarding_rule: the audience of an ID token for what it leads to."
    )
    revisions: Literal["terraform", "external"] = Field(
        "terraform",
        description="external: a pipeline deploys revisions; image is the first one's, and no apply puts back what a "
        "pipeline has set of a container.",
    )
    image: fields.Image = Field(defaults.IMAGE, description="The container image.")
    command: list[fields.Argument] = Field(
        default_factory=list, description="What runs in place of the image's entrypoint; no shell reads it."
    )
    args: list[fields.Argument] = Field(default_factory=list, description="Arguments in place of the image's own.")
    container_port: int | None = Field(
        None,
        ge=PORT.least,
        le=PORT.most,
        description="The port that the container listens on. Default: Cloud Run's, 8080.",
    )
    h2c: bool | None = Field(
        None, description="Whether the container speaks HTTP/2 without TLS, as gRPC does. Default: Cloud Run's, false."
    )
    env: dict[fields.VariableName, fields.Text] = Field(
        default_factory=dict, description="Environment variables; quote numbers and yes/no."
    )
    secrets: dict[fields.VariableName, SecretSettings] = Field(
        default_factory=dict,
        description="Environment variables out of Secret Manager; the service's account gets access.",
    )
    secret_files: dict[fields.SecretFile, SecretSettings] = Field(
        default_factory=dict,
        description="Files out of Secret Manager, by path, each in a folder of its own; "
        "the service's account gets access.",
    )
    cpu: fields.Cpu | None = Field(
        None, description=f"CPU limit, such as 1 or 500m. Default: Cloud Run's, {DEFAULT_CPU}."
    )
    memory: fields.Memory | None = Field(
        None, description=f"Memory limit, such as 512Mi. Default: Cloud Run's, {DEFAULT_MEMORY}."
    )
    cpu_idle: bool | None = Field(
        None, description="Whether the CPU is there, and charged, during requests only. Default: Cloud Run's, true."
    )
    startup_cpu_boost: bool | None = Field(
        None, description="Whether instances have more CPU while they start. Default: Cloud Run's, false."
    )
    execution_environment: Literal["gen1", "gen2"] | None = Field(
        None, description="The sandbox that instances run in. Default: Cloud Run chooses."
    )
    startup_probe: StartupProbeSettings | None = Field(
        None,
        description="When an instance counts as started. Default: Cloud Run's, a TCP connection within "
        f"{defaults.RUN_STARTUP_SECONDS} seconds.",
    )
    liveness_probe: LivenessProbeSettings | None = Field(
        None, description="When an instance is stopped as dead. Default: never."
    )
    vpc_access: VpcAccessSettings | None = Field(
        None, description="Direct VPC egress, for what the service itself calls. Default: none."
    )
    scaling: ScalingSettings = Field(default_factory=ScalingSettings, description="How many instances there may be.")
    concurrency: int | None = Field(
        None,
        ge=CONCURRENCY.least,
        le=CONCURRENCY.most,
        description="Requests per instance at a time. Default: Cloud Run's, 80; below one CPU 1.",
    )
    timeout_seconds: int | None = Field(
        None,
        ge=TIMEOUT_SECONDS.least,
        le=TIMEOUT_SECONDS.most,
        description="Request timeout. Default: Cloud Run's, 300. "
        f"PSC's NAT drops what is idle for {NAT_IDLE_TIMEOUT_SECONDS}.",
    )
    service_account: fields.ServiceAccount | None = Field(
        None, description="The account that the service runs as. Default: the default Compute Engine account."
    )
    labels: dict[fields.LabelKey, fields.LabelValue] = Field(
        default_factory=dict, description="Labels of the Cloud Run service."
    )
    annotations: dict[fields.AnnotationKey, fields.Text] = Field(
        default_factory=dict, description="Annotations of the Cloud Run service, for tools of your own."
    )
    audiences: list[fields.Audience] = Field(
        default_factory=list,
        description="Further audiences of ID tokens, beside the service's URL, and https://HOST with https.",
    )
    ingress: Literal["internal"] = Field(
        "internal", description="Only internal: the load balancer's traffic counts as that."
    )
    invokers: list[str] = Field(
        default_factory=list,
        description="Who may call: consumers' keys (their account), service accounts, user:…, group:…, principal://…. "
        "Default: every consumer with an endpoint on the service.",
    )
    default_url: bool = Field(
        True,
        description="Whether the service has its run.app address at all; without it, callers need another audience.",
    )
    https: HttpsSettings | None = Field(
        None,
        description="HTTPS with a host name and a certificate. Default: plain HTTP inside Google's network.",
    )
    port: int = Field(
        defaults.HTTP_PORT,
        ge=PORT.least,
        le=PORT.most,
        description="The port that the load balancer and so the endpoints answer on. "
        f"Default: {defaults.HTTP_PORT}; {defaults.HTTPS_PORT} with https.",
    )
    address: fields.Address | None = Field(None, description="The load balancer's address. Default: Google picks one.")
    global_access: bool = Field(
        False,
        description="Whether clients of all regions may come; only from a service's first deployment on. An endpoint "
        "that is to be reached so needs it too.",
    )
    request_log: RequestLogSettings | None = Field(
        None,
        description="true: the load balancer logs requests, which costs what logs cost. Default: off. Once given, give "
        "false in place of taking it out.",
        json_schema_extra=or_boolean,
    )
    connection_preference: ConnectionPreference = Field(
        defaults.CONNECTION_PREFERENCE,
        description="ACCEPT_AUTOMATIC lets every project connect and excludes accept and reject.",
    )
    accept: dict[str, fields.ConnectionLimit] = Field(
        default_factory=dict,
        description="Who may connect and with how many endpoints: consumers' keys, project ids or VPC networks, or "
        "one endpoint that exists, by its link with its number, and 1. "
        f"Default: every consumer with an endpoint on the service, {defaults.CONNECTION_LIMIT}.",
    )
    reject: list[str] = Field(
        default_factory=list, description="Who may never connect: consumers' keys, project ids, networks or endpoints."
    )
    propagated_connection_limit: fields.PropagatedLimit | None = Field(
        None,
        description="How many further networks each consumer may connect from through Network Connectivity Center. "
        "Default: Google's, 250. Once given, give 250 in place of taking it out.",
    )
    nat_ranges: list[fields.SubnetRange] = Field(
        default_factory=lambda: [defaults.NAT_SUBNET.range],
        min_length=1,
        description="Ranges of the PSC NAT subnets, for this service alone. They are made in the network's project.",
    )
    nat_subnets: list[fields.SubnetLink] = Field(
        default_factory=list, description="PSC NAT subnets that exist, for this service alone, in place of nat_ranges."
    )
    description: fields.Text | None = Field(
        None, description="The service attachment's description. Once given, give another in place of taking it out."
    )
    names: ServiceNames = Field(
        default_factory=ServiceNames, description="The resources' names where the defaults do not suit."
    )
    former_key: fields.Key | None = Field(
        None,
        description="The key that this service had before: Terraform moves its resources instead of replacing them.",
    )

    @property
    def made_ranges(self) -> list[str]:
        """The ranges of the NAT subnets that are made; none where those are given that exist."""
        return [] if self.nat_subnets else self.nat_ranges

    @property
    def every_audience(self) -> list[str]:
        """What a caller's ID token may have as its audience, beside the service's URL."""
        return sorted({*self.audiences, *([f"https://{self.https.host}"] if self.https else [])})
