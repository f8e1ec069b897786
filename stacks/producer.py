"""The producer's stack: every service of the configuration behind its load balancer and service attachment."""

from __future__ import annotations

from functools import cached_property
from ipaddress import IPv4Network

from cdktf import App
from cdktf_cdktf_provider_google.compute_subnetwork import ComputeSubnetwork

from cloudrun_psc import (
    ExistingForwardingRule,
    ExistingProducerNetwork,
    ExistingService,
    InternalLoadBalancer,
    LoadBalancerNames,
    PrivateService,
    ProducerNetwork,
    ProjectApis,
    PublishedService,
    RequestLog,
    Subnet,
)
from cloudrun_psc.addresses import claimed
from cloudrun_psc.former_addresses import moved_blocks, removed_blocks
from cloudrun_psc.project_apis import CERTIFICATES, COMPUTE, DNS, RUN, SECRETS
from cloudrun_psc.rules import connections
from cloudrun_psc.rules.default_names import service_parts
from cloudrun_psc.rules.terraform_names import address_name
from config.name_prefix import front
from config.settings import ProducerSettings, ServiceSettings, Settings
from config.settings.section import is_given
from constructs import Construct
from stacks.callers import Callers
from stacks.cloud_run import cloud_run_service
from stacks.https import https, is_of_certificate_manager
from stacks.layout import PRODUCER, service_part
from stacks.promises import promise, promise_https
from stacks.stack import SideStack


class ProducerStack(SideStack):
    """One network, and per service: Cloud Run → serverless NEG → internal load balancer → service attachment."""

    def __init__(self, app: App, settings: Settings, side: ProducerSettings) -> None:
        """Build the stack `producer` of a configuration that has been checked."""
        super().__init__(app, PRODUCER, settings, side)
        self._settings, self._side = settings, side
        self._apis = ProjectApis(self, "apis", project=side.project, apis=_apis(side)).all()
        # Nothing stands in a network where all load balancers and NAT subnets are of others.
        self._network = (self._existing_network() or self._own_network()) if side.uses_network else None
        self._callers = Callers(self, settings, side, self._apis)
        moved: list[dict[str, str]] = []
        for key, service in side.services.items():
            before = set(claimed(self))
            self._publish(key, service)
            if service.former_key:
                moved += _moved(set(claimed(self)) - before, address_name(service.former_key), address_name(key))
        self._move(moved)

    def _own_network(self) -> ProducerNetwork:
        network = self._side.network
        balancers = network.load_balancer_subnet
        return ProducerNetwork(
            self,
            "network",
            project=self._side.project,
            region=self._settings.region,
            name=network.name,
            load_balancer_subnet=Subnet(
                name=balancers.name, range=balancers.range, as_given=is_given(balancers, "name")
            ),
            proxy_only_subnet=Subnet(name=network.proxy_only_subnet.name, range=network.proxy_only_subnet.range),
            depends_on=self._apis,
        )

    def _existing_network(self) -> ExistingProducerNetwork | None:
        network = self._side.network
        if network.existing is None or network.load_balancer_subnet.existing is None:
            return None
        return ExistingProducerNetwork(
            self,
            "network",
            project=self._side.project,
            region=self._settings.region,
            network=network.existing,
            load_balancer_subnet=network.load_balancer_subnet.existing,
            subnet_range=network.load_balancer_subnet.known_range,
            addresses=[service.address for service in self._side.services.values() if service.address],
            depends_on=self._apis,
        )

    def _publish(self, key: str, service: ServiceSettings) -> None:
        scope, address = Construct(self, service_part(key)), address_name(key)
        load_balancer: ExistingForwardingRule | InternalLoadBalancer
        run: PrivateService | ExistingService | None = None
        if service.forwarding_rule is None:
            run = cloud_run_service(
                self,
                scope,
                key,
                service,
                self._settings,
                project=self._side.project,
                callers=self._callers,
                apis=self._apis,
            )
            url = run.url
            load_balancer = self._load_balancer(scope, address, key, service)
        else:
            url = service.url or ""
            load_balancer = self._existing_rule(scope, address, service.forwarding_rule, service)
        published = PublishedService(
            scope,
            "attachment",
            project=self._side.project,
            region=self._settings.region,
            name=service.names.service_attachment,
            target=load_balancer,
            nat_subnets=[
                *(self._nat_subnet(address, range_) for range_ in service.made_ranges),
                *service.nat_subnets,
            ],
            connection_preference=service.connection_preference,
            accept={self._settings.project_of(entry): limit for entry, limit in service.accept.items()},
            reject=[self._settings.project_of(entry) for entry in service.reject],
            propagated_connection_limit=service.propagated_connection_limit,
            description=service.description,
            deletion_protection=self._settings.deletion_protection,
            # No reference orders the attachment after what is read, and so after the APIs.
            depends_on=[load_balancer.data] if isinstance(load_balancer, ExistingForwardingRule) else [],
            address=address,
        )
        promise(self, key, published, url=url, region=self._settings.region, port=service.port)
        if service.https is not None:
            audience = f"https://{service.https.host}"
            audience = run.audience(audience) if isinstance(run, ExistingService) else audience
            promise_https(self, key, host=service.https.host, audience=audience if run else url)

    def _existing_rule(
        self, scope: Construct, address: str, rule: str, service: ServiceSettings
    ) -> ExistingForwardingRule:
        return ExistingForwardingRule(
            scope,
            "load-balancer",
            forwarding_rule=rule,
            port=service.port,
            network=self._side.network.existing if service.made_ranges else None,
            global_access=service.global_access,
            depends_on=self._apis,
            address=address,
        )

    def _load_balancer(
        self, scope: Construct, address: str, key: str, service: ServiceSettings
    ) -> InternalLoadBalancer:
        assert self._network is not None
        stem = f"{front(self._settings.name_prefix)}{service.former_key or key}"
        return InternalLoadBalancer(
            scope,
            "load-balancer",
            network=self._network,
            service_name=service.names.service,
            plain_service_name=service.run_service or service_parts(stem)["service"],
            names_=LoadBalancerNames(
                **service.names.model_dump(exclude={"service", "service_attachment", "certificate"}),
            ),
            names_as_given=[
                part for part in ("forwarding_rule", "network_endpoint_group") if is_given(service.names, part)
            ],
            port=service.port,
            https=https(
                self,
                scope,
                key,
                service,
                project=self._side.project,
                region=self._settings.region,
                labels=self._settings.labels,
                apis=self._apis,
            ),
            ip_address=service.address,
            global_access=service.global_access,
            # A subnet that exists cannot change: a range of it makes no new name.
            subnet_range=self._side.network.load_balancer_subnet.range if not self._side.network.existing else None,
            request_log=RequestLog(**service.request_log.model_dump()) if service.request_log else None,
            depends_on=self._apis,
            address=address,
        )

    @cached_property
    def _lowest_range(self) -> str:
        return min((one for each in self._side.services.values() for one in each.made_ranges), key=IPv4Network)

    def _nat_subnet(self, owner: str, range_: str) -> ComputeSubnetwork:
        network = self._side.network
        # Only one can have a name that is given; which one must not depend on the order of services.
        as_given = range_ == self._lowest_range if is_given(network, "nat_subnet_name") else None
        assert self._network is not None
        return self._network.add_nat_subnet(owner, range_, name=network.nat_subnet_name, as_given=as_given)

    def _move(self, renamed: list[dict[str, str]]) -> None:
        """`moved` blocks of services with another key, and of grants, whose own have both."""
        grants = moved_blocks(self)
        known = {move[end] for move in grants for end in ("from", "to")}
        if moved := [*(move for move in renamed if known.isdisjoint(move.values())), *grants]:
            self.add_override("moved", moved)
        if removed := removed_blocks(self):
            self.add_override("removed", removed)
            self.require_terraform(">= 1.7.0")  # `removed` blocks came with it


def _apis(side: ProducerSettings) -> list[str]:
    """The APIs of the producer's project that its services need."""
    services = side.services.values()
    run = not services or any(service.forwarding_rule is None for service in services)
    secrets = any(service.secrets or service.secret_files for service in services)
    certificates = any(is_of_certificate_manager(service) for service in services)
    zones = [service.https.managed.dns_zone for service in services if service.https and service.https.managed]
    dns = any(connections.project_of(zone) == side.project for zone in zones)
    needed = {RUN: run, COMPUTE: True, SECRETS: secrets, CERTIFICATES: certificates, DNS: dns}
    return [api for api, wanted in needed.items() if wanted]


def _moved(addresses: set[str], former: str, present: str) -> list[dict[str, str]]:
    """`moved` blocks from a service's former addresses to its present ones."""
    blocks = []
    for address in sorted(addresses):
        type_, _, name = address.rpartition(".")
        if type_.startswith("data."):
            continue  # is read anew
        if name == present or name.startswith(f"{present}_"):
            blocks.append({"from": f"{type_}.{former}{name.removeprefix(present)}", "to": address})
    return blocks
