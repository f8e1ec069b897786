"""A whole file: one environment with its sides, its state and what is accepted of its review."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cloudrun_psc.rules import connections
from config import fields
from config.settings.consumer import ConsumerSettings, EndpointSettings
from config.settings.producer import ProducerSettings
from config.settings.section import Section


class StateSettings(Section):
    """Where Terraform keeps its state, one per environment and stack."""

    backend: Literal["local", "gcs"] = Field("local", description="local: beside this checkout; gcs: in a bucket.")
    bucket: fields.Bucket | None = Field(None, description="gcs: the bucket; it must exist.")
    prefix: fields.Prefix = Field("cloudrun-psc", description="gcs: what stands in front of ENVIRONMENT/STACK.")


class AcknowledgementSettings(Section):
    """A finding of `./psc review` that is accepted, until a day."""

    rule: fields.RuleName = Field(description="The rule's name, as the review gives it.")
    address: fields.FindingAddress = Field(description="STACK/ADDRESS of what it is about.")
    reason: fields.Reason = Field(description="Why it is accepted, for whoever reads it later.")
    expires: fields.Day = Field(description="The last day on which it is: YYYY-MM-DD.")


class Settings(Section):
    """One environment: a producer, its consumers, or either alone."""

    extends: fields.SharedFile | None = Field(
        None,
        description="A file whose keys this one takes over and may override, such as ../shared/common.yaml.",
    )
    environment: fields.Key = Field(
        "", description="The environment's name in state and output paths. Default: the file's name."
    )
    name_prefix: fields.NamePrefix | None = Field(
        None, description="Stands, with a hyphen, in front of every resource's name that this file does not give."
    )
    region: fields.Region = Field("asia-northeast1", description="The one region of both sides.")
    producer: ProducerSettings | None = Field(
        None, description="The side that publishes; without it only consumers are deployed."
    )
    consumers: dict[fields.Key, ConsumerSettings] = Field(
        default_factory=dict, description="The sides that connect, by key."
    )
    state: StateSettings = Field(default_factory=StateSettings, description="Where Terraform keeps its state.")
    provider_version: fields.VersionConstraint = Field(
        "~> 7.45", description="The google provider's version constraint."
    )
    labels: dict[fields.LabelKey, fields.LabelValue] = Field(
        default_factory=dict, description="Labels of every resource that can have them."
    )
    deletion_protection: bool = Field(
        False, description="Keep Terraform from destroying the Cloud Run services and service attachments."
    )
    acknowledgements: dict[fields.Key, AcknowledgementSettings] = Field(
        default_factory=dict, description="Findings of ./psc review that are accepted, by a key of your choice."
    )
    review_rules: fields.RuleFolder | None = Field(
        None, description="A folder of the checkout with rules of your own for ./psc review, in Python."
    )

    def project_of(self, entry: str) -> str:
        """The project (or network) that an entry of an accept or reject list stands for."""
        return self.consumers[entry].project if entry in self.consumers else connections.plain(entry)

    def host_of(self, endpoint: EndpointSettings) -> str:
        """The host name by which HTTPS reaches an endpoint's service; "" for one that speaks HTTP."""
        services = self.producer.services if self.producer else {}
        service = services.get(endpoint.service or "")
        return service.https.host if service and service.https else endpoint.host or ""
