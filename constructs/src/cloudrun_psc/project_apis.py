"""API enablement. Never disables an API on destroy: others in the project may use it."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_google.project_service import ProjectService

from cloudrun_psc.addresses import claim
from cloudrun_psc.checks import known
from cloudrun_psc.rules.faults import refuse
from cloudrun_psc.rules.names import project_id
from cloudrun_psc.rules.terraform_names import address_name
from constructs import Construct

CERTIFICATES = "certificatemanager.googleapis.com"
COMPUTE = "compute.googleapis.com"
DNS = "dns.googleapis.com"
IAP = "iap.googleapis.com"
NETWORK_MANAGEMENT = "networkmanagement.googleapis.com"
RUN = "run.googleapis.com"
SECRETS = "secretmanager.googleapis.com"


class ProjectApis(Construct):
    """The APIs that a project needs before anything else; `.enabled` is what the rest depends on.

    Addresses: `google_project_service.compute` for compute.googleapis.com, with `prefix` in front when given.
    """

    def __init__(self, scope: Construct, id_: str, *, project: str, apis: Sequence[str], prefix: str = "") -> None:
        """Enable `apis` (such as compute.googleapis.com) in `project`.

        Raises:
            ValueError: when `project` is not a project id.
        """
        super().__init__(scope, id_)
        refuse(self.node.path, [("project", known(project, project_id))])
        self.enabled: dict[str, ITerraformDependable] = {}
        for api in apis:
            short = address_name(f"{prefix} {api.removesuffix('.googleapis.com')}")
            resource = ProjectService(self, short, project=project, service=api, disable_on_destroy=False)
            claim(resource, "google_project_service", short)
            self.enabled[api] = resource

    def all(self) -> list[ITerraformDependable]:
        """Every enabled API, for `depends_on`."""
        return list(self.enabled.values())
