"""A Cloud Run service of others: nothing of it is made, but who may call it is said here."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable, Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.data_google_cloud_run_v2_service import DataGoogleCloudRunV2Service

from cloudrun_psc.addresses import claim
from cloudrun_psc.callable_service import CallableService
from cloudrun_psc.checks import known
from cloudrun_psc.former_addresses import leave
from cloudrun_psc.rules import names
from cloudrun_psc.rules.faults import refuse
from constructs import Construct


class ExistingService(CallableService):
    """A service that a pipeline or another team owns; it is read at every plan.

    Where an earlier deployment had made the service at this address, Terraform lets go of it and destroys nothing
    (`removed_blocks` of `former_addresses`, Terraform 1.7).
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        project: str,
        region: str,
        name: str,
        depends_on: Sequence[ITerraformDependable] = (),
        address: str | None = None,
        former_address: str | None = None,
    ) -> None:
        """The service `name` of a project and region.

        Raises:
            ValueError: for a name that no service has.
        """
        super().__init__(
            scope, id_, project=project, region=region, name=name, address=address, former_address=former_address
        )
        refuse(
            self.node.path,
            [
                ("project", known(project, names.project_id)),
                ("region", known(region, names.region)),
                ("name", known(name, names.cloud_run_name)),
            ],
        )
        closed = "INGRESS_TRAFFIC_NONE"
        self.data = DataGoogleCloudRunV2Service(
            self,
            "Data",
            project=project,
            location=region,
            name=name,
            depends_on=list(depends_on) or None,
            lifecycle=TerraformResourceLifecycle(
                postcondition=[
                    Postcondition(
                        condition='${self.uri != null && self.uri != ""}',
                        error_message=f"There is no Cloud Run service {name} in {region} of {project}. Deploy it "
                        "first, or correct the name.",
                    ),
                    Postcondition(
                        condition=f'${{self.ingress != "{closed}"}}',
                        error_message=f"The ingress of the Cloud Run service {name} is {closed}: no load balancer "
                        "reaches it. Its owner sets it to internal.",
                    ),
                ]
            ),
        )
        claim(self.data, "data.google_cloud_run_v2_service", self._address)
        for one in filter(None, (self._address, former_address)):
            leave(self, f"google_cloud_run_v2_service.{one}")

    def audience(self, wanted: str) -> str:
        """An expression for the audience of ID tokens: `wanted` where its owner has added it, else the URL."""
        data = f"data.google_cloud_run_v2_service.{self._address}"
        return f'${{try(contains({data}.custom_audiences, "{wanted}"), false) ? "{wanted}" : {data}.uri}}'

    @property
    def url(self) -> str:
        """The run.app URL: the audience that a caller's ID token must carry, and nothing to connect to."""
        return str(self.data.uri)
