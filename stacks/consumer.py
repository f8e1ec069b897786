"""A consumer's stack: its network, its endpoints on the producer's services, and a VM to try them from."""

from __future__ import annotations

from cdktf import App, Precondition

from cloudrun_psc import (
    ConsumerNetwork,
    ExistingNetwork,
    FlowLogs,
    IapTestVm,
    ProjectApis,
    PscEndpoint,
    ServiceDns,
    Subnet,
    SubnetFlowLogs,
)
from cloudrun_psc.existing_network import HasSubnet
from cloudrun_psc.existing_subnets import existing_subnet
from cloudrun_psc.project_apis import COMPUTE, DNS, IAP, NETWORK_MANAGEMENT
from cloudrun_psc.rules import connections, default_names
from cloudrun_psc.rules.defaults import HTTP_PORT, HTTPS_PORT
from cloudrun_psc.rules.provider_versions import FLOW_LOGS_END, admits_older
from cloudrun_psc.rules.terraform_names import address_name
from config.settings import ConsumerSettings, EndpointSettings, FlowLogSettings, Settings
from config.settings.consumer import ConsumerNetworkSettings
from stacks import instructions
from stacks.contract import AUDIENCE, PORT, SELF_LINK, URL, output_name
from stacks.instructions import Endpoint
from stacks.layout import endpoint_parts
from stacks.stack import SideStack
from stacks.state import ProducerState


class ConsumerStack(SideStack):
    """The stack named by the consumer's key."""

    def __init__(self, app: App, key: str, settings: Settings, side: ConsumerSettings) -> None:
        """Build the stack of a configuration that has been checked."""
        super().__init__(app, key, settings, side)
        self._settings, self._side = settings, side
        reads_state = any(endpoint.service for endpoint in side.endpoints.values())
        self._producer = ProducerState(self, settings, side.impersonate_service_account) if reads_state else None
        self._network = self._existing_network(side.network) or self._own_network(side.network)
        if side.test_vm.enabled:
            self._test_vm()
        for name, endpoint in side.endpoints.items():
            self._endpoint(name, endpoint)

    def _own_network(self, network: ConsumerNetworkSettings) -> ConsumerNetwork:
        apis = ProjectApis(self, "apis", project=self._side.project, apis=[COMPUTE, IAP, *self._dns_api()])
        return ConsumerNetwork(
            self,
            "network",
            project=self._side.project,
            region=self._settings.region,
            name=network.name,
            subnet=Subnet(name=network.subnet.name, range=network.subnet.range),
            flow_logs=_flow_logs(self._side.flow_logs, self._settings.provider_version),
            depends_on=apis.all(),
        )

    def _existing_network(self, settings: ConsumerNetworkSettings) -> ExistingNetwork | None:
        """The network and subnet that exist: read at every plan, and nothing of them made."""
        side = self._side
        if settings.existing is None or settings.subnet.existing is None:
            return None
        logged = side.flow_logs.enabled
        # Where the logs' configuration is made, which is not always our project.
        home = connections.project_of(settings.subnet.existing)
        needed = [COMPUTE, *([IAP] if side.test_vm.enabled else [])]
        needed += [NETWORK_MANAGEMENT] if logged and home == side.project else []
        needed += self._dns_api()
        apis = ProjectApis(self, "apis", project=side.project, apis=needed)
        network = ExistingNetwork(
            project=side.project,
            region=self._settings.region,
            network=settings.existing,
            subnet=settings.subnet.existing,
            subnet_range=settings.subnet.range or None,
            depends_on=apis.all(),
        )
        addresses = [endpoint.address for endpoint in side.endpoints.values()]
        existing_subnet(self, "subnet", network, addresses, address="subnet")
        if logged:
            SubnetFlowLogs(
                self,
                "flow-logs",
                subnet=network.subnet_id,
                flow_logs=FlowLogs(
                    sampling=side.flow_logs.sampling, interval=side.flow_logs.interval, metadata=side.flow_logs.metadata
                ),
                name=side.flow_logs.name,
                depends_on=apis.all(),
                address="subnet",
            )
        return network

    def _dns_api(self) -> list[str]:
        """Cloud DNS, where a zone of this project is made or written to."""
        zones = [endpoint.dns.zone for endpoint in self._side.endpoints.values() if endpoint.dns]
        ours = any(zone is None or connections.project_of(zone) == self._side.project for zone in zones)
        return [DNS] if ours else []

    def _test_vm(self) -> None:
        vm, network = self._side.test_vm, self._network
        place: HasSubnet = network
        if vm.subnet_range and isinstance(network, ConsumerNetwork):
            place = network.add_subnet(
                vm.zone.rpartition("-")[0],
                Subnet(name=vm.subnet_name, range=vm.subnet_range),
                address="test_vm_subnet",
                flow_logs=_flow_logs(self._side.flow_logs, self._settings.provider_version),
            )
        IapTestVm(
            self,
            "vm",
            network=place,
            zone=vm.zone,
            name=vm.name,
            machine_type=vm.machine_type,
            image=vm.image,
            service_account=self._side.invoker,
            firewall_name=vm.firewall_name,
            address="test_vm",
        )
        self.output(instructions.VM_SHELL, instructions.ssh(self._side), "Opens a shell on the test VM through IAP.")

    def _endpoint(self, name: str, settings: EndpointSettings) -> None:
        link, needs = self._attachment(settings)
        part, names = endpoint_parts(name)
        endpoint = PscEndpoint(
            self,
            part,
            network=self._network,
            service_attachment=link,
            ip_address=settings.address,
            name=settings.name,
            address_name=settings.address_name,
            global_access=settings.global_access,
            preconditions=needs,
            address=address_name(name),
        )
        if settings.dns is not None:
            ServiceDns(
                self,
                names,
                network=self._network,
                host=self._settings.host_of(settings),
                ip_address=settings.address,
                zone_name=default_names.zone(settings.name),
                zone=settings.dns.zone,
                depends_on=self._network.needed,
                address=address_name(name),
            )
        status = f"${{{endpoint.status_address}}}"
        self.output(output_name(name, "address"), endpoint.reserved_address.address, f"The address of {name}.")
        self.output(output_name(name, "status"), status, f"The connection of {name}: ACCEPTED when it works.")
        self._instruct(name, settings, link)
        self._warn(name, settings, endpoint.status_address)

    def _attachment(self, endpoint: EndpointSettings) -> tuple[str, list[Precondition]]:
        """The self link that an endpoint points at, and what must hold before it is planned."""
        if endpoint.service is None:
            assert endpoint.service_attachment is not None
            return endpoint.service_attachment, []
        assert self._producer is not None
        output = output_name(endpoint.service, SELF_LINK)
        return self._producer.output(output), [self._producer.must_have(output, endpoint.service)]

    def _instruct(self, name: str, endpoint: EndpointSettings, link: str) -> None:
        host = self._settings.host_of(endpoint)
        usual = HTTPS_PORT if host else HTTP_PORT
        if endpoint.service is None or self._producer is None:
            url, number = endpoint.url or "", str(endpoint.port or usual)
            port = "" if endpoint.port in (None, usual) else f":{endpoint.port}"
        else:
            service, missing = endpoint.service, instructions.UNKNOWN_URL
            url = self._producer.output(output_name(service, URL), missing)
            if host:
                url = self._producer.either(output_name(service, AUDIENCE), output_name(service, URL), missing)
            port = self._producer.port_suffix(output_name(service, PORT), usual)
            number = self._producer.output(output_name(service, PORT), str(usual))
        facts = Endpoint(
            settings=self._settings, side=self._side, endpoint=endpoint, self_link=link, url=url, port=port,
            host=host, port_number=number,
        )  # fmt: skip
        for what, (text, description) in instructions.of(facts).items():
            self.output(output_name(name, what), text, description)

    def _warn(self, name: str, endpoint: EndpointSettings, status: str) -> None:
        service = endpoint.service or "the service"
        self.check(
            f"{address_name(name)}_accepted",
            f'${{{status} == "ACCEPTED"}}',
            f"The endpoint {name} is ${{{status}}}, not ACCEPTED. PENDING: the producer has to accept project "
            f"{self._side.project} for {service}, or to raise its limit. REJECTED: it is on the producer's reject "
            "list. CLOSED: the attachment was deleted or replaced; apply this stack again. NEEDS_ATTENTION: accepted, "
            "but something of the producer is used up, such as NAT addresses; its team has to act.",
        )


def _flow_logs(settings: FlowLogSettings, provider_version: str) -> FlowLogs | None:
    if settings.enabled:
        return FlowLogs(sampling=settings.sampling, interval=settings.interval, metadata=settings.metadata)
    return FlowLogs(sampling=0) if admits_older(provider_version, FLOW_LOGS_END) else None
