"""What both stacks have in common: backend, provider with its version, required Terraform, and named outputs."""

from __future__ import annotations

import re

from cdktf import App, TerraformOutput, TerraformStack
from cdktf_cdktf_provider_google.provider import GoogleProvider

from config.settings import ConsumerSettings, ProducerSettings, Settings
from stacks.state import use_backend

# `check` blocks came with Terraform 1.5.
REQUIRED_TERRAFORM = ">= 1.5.0"


class SideStack(TerraformStack):
    """One side's stack: everything in it belongs to that side's project, unless it says otherwise."""

    def __init__(self, app: App, id_: str, settings: Settings, side: ProducerSettings | ConsumerSettings) -> None:
        """Set up backend and provider for `side`."""
        super().__init__(app, id_)
        use_backend(self, settings, id_, side.impersonate_service_account)
        GoogleProvider(
            self,
            "google",
            project=side.project,
            region=settings.region,
            impersonate_service_account=side.impersonate_service_account,
            user_project_override=True if side.quota_project else None,
            billing_project=side.quota_project,
            default_labels=dict(settings.labels) or None,
            # Labels that nobody asked for would be an addition to the reference deployment.
            add_terraform_attribution_label=False,
        )
        self._terraform = ""
        self.require_terraform(REQUIRED_TERRAFORM)
        self.add_override("terraform.required_providers.google.version", settings.provider_version)

    def require_terraform(self, version: str) -> None:
        """Demand `version` (such as >= 1.7.0) or what was demanded before, whichever is newer."""
        self._terraform = max(self._terraform, version, key=lambda text: [*map(int, re.findall(r"\d+", text))])
        self.add_override("terraform.required_version", self._terraform)

    def output(self, name: str, value: object, description: str) -> None:
        """An output whose name is exactly `name`: other stacks and people rely on it."""
        TerraformOutput(self, name, value=value, description=description).override_logical_id(name)

    def check(self, name: str, condition: str, error_message: str) -> None:
        """A `check` block: a warning in every plan and apply, never a failure."""
        block = {"assert": [{"condition": condition, "error_message": error_message}]}
        self.add_override(f"check.{name}", block)
