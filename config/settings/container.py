"""What a service's container is given and how it runs: secrets, probes, egress and the number of instances."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cloudrun_psc.rules import defaults
from cloudrun_psc.rules.bounds import FAILURE_THRESHOLD, LIVENESS_DELAY_SECONDS, PORT, STARTUP_DELAY_SECONDS
from config import fields
from config.settings.section import Section


class SecretSettings(Section):
    """A reference to a Secret Manager secret."""

    secret: fields.Secret = Field(description="NAME (in the producer's project) or projects/PROJECT/secrets/NAME.")
    version: fields.SecretVersion = Field(defaults.SECRET_VERSION, description="The secret's version.")


class ProbeSettings(Section):
    """How Cloud Run finds out whether a container has started, or still lives; by a TCP connection unless told else."""

    http_path: fields.HttpPath | None = Field(None, description="A path whose answer must be 2xx or 3xx.")
    grpc_service: fields.Text | None = Field(
        None, description='A service of gRPC\'s health check; "" is the whole server.'
    )
    port: int | None = Field(
        None, ge=PORT.least, le=PORT.most, description="The port to try. Default: the container's own."
    )
    period_seconds: int = Field(defaults.PROBE_PERIOD_SECONDS, ge=1, description="Seconds between two tries.")
    timeout_seconds: int = Field(
        defaults.PROBE_TIMEOUT_SECONDS, ge=1, description="Seconds that a try may take, not more than the period."
    )
    failure_threshold: int = Field(
        defaults.PROBE_FAILURE_THRESHOLD,
        ge=FAILURE_THRESHOLD.least,
        le=FAILURE_THRESHOLD.most,
        description="How many failures in a row count.",
    )


class StartupProbeSettings(ProbeSettings):
    """Whether it has started: no request comes before."""

    initial_delay_seconds: int = Field(
        defaults.PROBE_DELAY_SECONDS,
        ge=STARTUP_DELAY_SECONDS.least,
        le=STARTUP_DELAY_SECONDS.most,
        description="Seconds before the first try.",
    )


class LivenessProbeSettings(ProbeSettings):
    """Whether it still lives: an instance that does not is stopped."""

    initial_delay_seconds: int = Field(
        defaults.PROBE_DELAY_SECONDS,
        ge=LIVENESS_DELAY_SECONDS.least,
        le=LIVENESS_DELAY_SECONDS.most,
        description="Seconds before the first try.",
    )


class VpcAccessSettings(Section):
    """Direct VPC egress: what the service itself calls in a network."""

    subnet: fields.Subnetwork = Field(
        description="The subnet that instances have their addresses from: its name, or its link in a Shared VPC."
    )
    egress: Literal["PRIVATE_RANGES_ONLY", "ALL_TRAFFIC"] = Field(
        "PRIVATE_RANGES_ONLY", description="What goes through the network."
    )
    tags: list[fields.ResourceName] = Field(
        default_factory=list, description="Network tags of the instances, for firewall rules."
    )


class ScalingSettings(Section):
    """How many instances a revision may have."""

    min_instances: int | None = Field(
        None, ge=0, le=1000, description="Instances kept when idle. Default: Cloud Run's, 0."
    )
    max_instances: int | None = Field(None, ge=1, le=1000, description="The most instances. Default: Cloud Run's.")
