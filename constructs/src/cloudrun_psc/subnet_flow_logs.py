"""VPC flow logs of a subnet that others own: a configuration beside it, and not a part of it."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_google.network_management_vpc_flow_logs_config import NetworkManagementVpcFlowLogsConfig

from cloudrun_psc.addresses import claim, resource_address
from cloudrun_psc.checks import known
from cloudrun_psc.consumer_network import flow_log_faults
from cloudrun_psc.rules import connections, names
from cloudrun_psc.rules.faults import refuse
from cloudrun_psc.rules.flow_logs import FlowLogs
from cloudrun_psc.rules.provider_versions import SUBNETS_LOGGED
from constructs import Construct


class SubnetFlowLogs(Construct):
    """Logs the flows of a whole subnet, by the Network Management API, in the subnet's project.

    The subnet itself is not touched, and its own settings for logs stay as they are. Needs provider 7.10 or newer.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        subnet: str,
        flow_logs: FlowLogs,
        name: str,
        depends_on: Sequence[ITerraformDependable] = (),
        address: str | None = None,
    ) -> None:
        """Log the flows of `subnet` (a link) by a configuration `name`.

        Raises:
            ValueError: for a link that is none, and for names or settings that Google would refuse.
        """
        super().__init__(scope, id_)
        refuse(
            self.node.path,
            [
                ("subnet", known(subnet, connections.subnet)),
                ("name", known(name, names.resource_name)),
                *flow_log_faults(flow_logs),
            ],
        )
        link = connections.plain(subnet)
        self.resource = NetworkManagementVpcFlowLogsConfig(
            self,
            "Resource",
            project=connections.project_of(link),
            location="global",
            vpc_flow_logs_config_id=name,
            aggregation_interval=flow_logs.interval,
            flow_sampling=flow_logs.sampling,
            metadata=flow_logs.metadata,
            state="ENABLED",
            depends_on=list(depends_on) or None,
        )
        self.resource.add_override(SUBNETS_LOGGED.name, link)
        claim(self.resource, "google_network_management_vpc_flow_logs_config", resource_address(self, address))
