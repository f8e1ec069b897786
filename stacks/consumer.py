"""A consumer's stack: its network, its endpoints on the producer's services, and a VM to try them from."""

from __future__ import annotations

from cdktf import App, Precondition

from cloudrun_psc import ConsumerNetwork, FlowLogs, IapTestVm, ProjectApis, PscEndpoint, Subnet
from cloudrun_psc.project_apis import COMPUTE, IAP
from cloudrun_psc.rules.defaults import HTTP_PORT
from cloudrun_psc.rules.terraform_names import address_name
from config.settings import ConsumerSettings, EndpointSettings, FlowLogSettings, Settings
from stacks import instructions
from stacks.contract import PORT, SELF_LINK, URL, output_name
from stacks.instructions import Endpoint
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
        apis = ProjectApis(self, "apis", project=side.project, apis=[COMPUTE, IAP])
        self._network = ConsumerNetwork(
            self,
            "network",
            project=side.project,
            region=settings.region,
            name=side.network.name,
            subnet=Subnet(**side.network.subnet.model_dump()),
            flow_logs=_flow_logs(side.flow_logs, settings.provider_version),
            depends_on=apis.all(),
        )
        if side.test_vm.enabled:
            self._test_vm()
        for name, endpoint in side.endpoints.items():
            self._endpoint(name, endpoint)

    def _test_vm(self) -> None:
        vm = self._side.test_vm
        IapTestVm(
            self,
            "vm",
            network=self._network,
            zone=vm.zone,
            name=vm.name,
            machine_type=vm.machine_type,
            image=vm.image,
            service_account=self._side.invoker,
            firewall_name=vm.firewall_name,
            address="test_vm",
        )
        self.output("test_vm_ssh_command", instructions.ssh(self._side), "Opens a shell on the test VM through IAP.")

    def _endpoint(self, name: str, settings: EndpointSettings) -> None:
        link, needs = self._attachment(settings)
        endpoint = PscEndpoint(
            self,
            f"endpoint-{name}",
            network=self._network,
            service_attachment=link,
            ip_address=settings.address,
            name=settings.name,
            address_name=settings.address_name,
            preconditions=needs,
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
        if endpoint.service is None or self._producer is None:
            url = endpoint.url or ""
            port = "" if endpoint.port in (None, HTTP_PORT) else f":{endpoint.port}"
        else:
            url = self._producer.output(output_name(endpoint.service, URL), instructions.UNKNOWN_URL)
            port = self._producer.port_suffix(output_name(endpoint.service, PORT))
        facts = Endpoint(
            settings=self._settings, side=self._side, endpoint=endpoint, self_link=link, url=url, port=port
        )
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
    # Provider 6 leaves logging on when the block goes away (#22289); from 7 on its absence means off.
    major = provider_version.lstrip("~><=! ").partition(".")[0]
    return FlowLogs(sampling=0) if major.isdigit() and int(major) < 7 else None
