"""The producer's stack: every service of the configuration behind its load balancer and service attachment."""

from __future__ import annotations

from ipaddress import IPv4Network

from cdktf import App, ITerraformDependable, Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.compute_subnetwork import ComputeSubnetwork
from cdktf_cdktf_provider_google.data_google_project import DataGoogleProject

from cloudrun_psc import (
    Container,
    ExistingForwardingRule,
    ExistingProducerNetwork,
    ExistingService,
    InternalLoadBalancer,
    LoadBalancerNames,
    PrivateService,
    Probe,
    ProducerNetwork,
    ProjectApis,
    PublishedService,
    RequestLog,
    SecretReference,
    Subnet,
    VpcAccess,
)
from cloudrun_psc.addresses import claim, claimed
from cloudrun_psc.former_addresses import moved_blocks, removed_blocks
from cloudrun_psc.project_apis import CERTIFICATES, COMPUTE, DNS, RUN, SECRETS
from cloudrun_psc.rules import connections
from cloudrun_psc.rules.access import default_compute_account
from cloudrun_psc.rules.default_names import service_parts
from cloudrun_psc.rules.terraform_names import address_name
from config import accounts
from config.accounts import Account
from config.name_prefix import front
from config.settings import ConsumerSettings, ProducerSettings, ServiceSettings, Settings
from config.settings.section import is_given
from constructs import Construct
from stacks import advice
from stacks.contract import AUDIENCE, HOST, PORT, REGION, SELF_LINK, URL, output_name
from stacks.https import https, is_of_certificate_manager
from stacks.layout import PRODUCER
from stacks.stack import SideStack


class ProducerStack(SideStack):
    """One network, and per service: Cloud Run → serverless NEG → internal load balancer → service attachment."""

    def __init__(self, app: App, settings: Settings, side: ProducerSettings) -> None:
        """Build the stack `producer` of a configuration that has been checked."""
        super().__init__(app, PRODUCER, settings, side)
        self._settings, self._side = settings, side
        secrets = any(service.secrets or service.secret_files for service in side.services.values())
        run = not side.services or any(service.forwarding_rule is None for service in side.services.values())
        apis = [*([RUN] if run else []), COMPUTE, *([SECRETS] if secrets else [])]
        if any(is_of_certificate_manager(service) for service in side.services.values()):
            apis.append(CERTIFICATES)
        zones = [one.https.managed.dns_zone for one in side.services.values() if one.https and one.https.managed]
        apis += [DNS] if any(connections.project_of(zone) == side.project for zone in zones) else []
        self._apis = ProjectApis(self, "apis", project=side.project, apis=apis).all()
        # Nothing stands in a network where all load balancers and NAT subnets are of others.
        self._network = (self._existing_network() or self._own_network()) if side.uses_network else None
        self._compute = {
            key: self._compute_enabled(key, consumer.project) for key, consumer in self._looked_up().items()
        }
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
        scope, address = Construct(self, f"service-{key}"), address_name(key)
        load_balancer: ExistingForwardingRule | InternalLoadBalancer
        run: PrivateService | ExistingService | None = None
        if service.forwarding_rule is None:
            run = self._service(scope, address, service)
            url = run.url
            load_balancer = self._load_balancer(scope, address, key, service)
        else:
            url = service.url or ""
            load_balancer = ExistingForwardingRule(
                scope,
                "load-balancer",
                forwarding_rule=service.forwarding_rule,
                port=service.port,
                network=self._side.network.existing if service.made_ranges else None,
                global_access=service.global_access,
                depends_on=self._apis,
                address=address,
            )
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
        self._promise(key, url, service.port, published)
        if service.https is not None:
            audience = f"https://{service.https.host}"
            audience = run.audience(audience) if isinstance(run, ExistingService) else audience
            self._promise_https(key, service.https.host, audience if run else url)

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

    def _nat_subnet(self, owner: str, range_: str) -> ComputeSubnetwork:
        network, ranges = self._side.network, [one for each in self._side.services.values() for one in each.made_ranges]
        # Only one can have a name that is given; which one must not depend on the order of services.
        lowest = min(ranges, key=IPv4Network)
        as_given = range_ == lowest if is_given(network, "nat_subnet_name") else None
        assert self._network is not None
        return self._network.add_nat_subnet(owner, range_, name=network.nat_subnet_name, as_given=as_given)

    def _promise(self, key: str, url: str, port: int, published: PublishedService) -> None:
        """The outputs that consumers rely on, and a warning while an endpoint waits or was cut."""
        self.output(output_name(key, SELF_LINK), published.self_link, f"What an endpoint for {key} points at.")
        self.output(output_name(key, URL), url, f"The audience of an ID token for {key}; nothing to connect to.")
        self.output(
            output_name(key, REGION), self._settings.region, f"The region that an endpoint for {key} must be in."
        )
        self.output(output_name(key, PORT), port, f"The port that an endpoint for {key} answers on.")
        endpoints = f"google_compute_service_attachment.{address_name(key)}.connected_endpoints"
        open_ = 'if endpoint.status != "ACCEPTED"'
        waiting = f'[for endpoint in {endpoints} : "${{endpoint.endpoint}} ${{endpoint.status}}" {open_}]'
        self.check(
            f"{address_name(key)}_connections",
            f'${{alltrue([for endpoint in {endpoints} : endpoint.status == "ACCEPTED"])}}',
            f'Endpoints of {key} that are not ACCEPTED: ${{join(", ", {waiting})}}. PENDING: the project is not on the '
            f"accept list, or its limit is used; {advice.accept(key)}, or have the endpoint deleted if nobody "
            "configures it any more. REJECTED: it is on the reject list. CLOSED: the consumer re-applies. "
            "NEEDS_ATTENTION: accepted, but something of the producer is used up, such as its NAT addresses.",
        )

    def _promise_https(self, key: str, host: str, audience: str) -> None:
        self.output(output_name(key, HOST), host, f"The host name that clients of {key} call, which is no address.")
        self.output(output_name(key, AUDIENCE), audience, f"The audience of an ID token for {key} by its host name.")

    def _move(self, renamed: list[dict[str, str]]) -> None:
        """`moved` blocks of services with another key, and of grants, whose own have both."""
        grants = moved_blocks(self)
        known = {move[end] for move in grants for end in ("from", "to")}
        if moved := [*(move for move in renamed if known.isdisjoint(move.values())), *grants]:
            self.add_override("moved", moved)
        if removed := removed_blocks(self):
            self.add_override("removed", removed)
            self.require_terraform(">= 1.7.0")  # `removed` blocks came with it

    def _service(self, scope: Construct, address: str, service: ServiceSettings) -> PrivateService | ExistingService:
        run = self._existing_service(scope, address, service) or self._own_service(scope, address, service)
        for invoker in service.invokers:
            account = accounts.invoker(self._settings, invoker)
            needs = self._compute.get(invoker, [])
            former = [invoker, *account.former_names]
            run.allow_invoker(self._email(account), key=account.name, former_keys=former, depends_on=needs)
        return run

    def _existing_service(self, scope: Construct, address: str, service: ServiceSettings) -> ExistingService | None:
        if service.run_service is None:
            return None
        run = ExistingService(
            scope,
            "service",
            project=self._side.project,
            region=self._settings.region,
            name=service.run_service,
            depends_on=self._apis,
            address=address,
            former_address=address_name(service.former_key) if service.former_key else None,
        )
        self.check(
            f"{address}_ingress",
            f'${{data.google_cloud_run_v2_service.{address}.ingress != "INGRESS_TRAFFIC_ALL"}}',
            f"The Cloud Run service {service.run_service} is open to the internet as well: its ingress is all. Whoever "
            "owns it sets it to internal.",
        )
        return run

    def _own_service(self, scope: Construct, address: str, service: ServiceSettings) -> PrivateService:
        reads_secrets = bool(service.secrets or service.secret_files)
        runner = accounts.runner(self._settings, service)
        return PrivateService(
            scope,
            "service",
            project=self._side.project,
            region=self._settings.region,
            name=service.names.service,
            container=_container(service),
            service_account=service.service_account,
            # Google's default account runs a service that names none.
            secret_accessor=self._email(runner) if reads_secrets else None,
            secret_accessor_key=runner.name,
            labels=service.labels,
            annotations=service.annotations,
            audiences=service.every_audience,
            default_url=service.default_url,
            deletion_protection=self._settings.deletion_protection,
            external_revisions=service.revisions == "external",
            depends_on=self._apis,
            address=address,
            former_address=address_name(service.former_key) if service.former_key else None,
        )

    def _email(self, account: Account) -> str:
        return account.member or default_compute_account(self._project_number(account.project))

    def _project_number(self, project: str) -> str:
        name = address_name(project)
        if self.node.try_find_child(f"project-{name}") is None:
            data = DataGoogleProject(self, f"project-{name}", project_id=project)
            claim(data, "data.google_project", name)
            apart = [
                Postcondition(condition=f'${{self.number != "{number}"}}', error_message=refusal)
                for number, refusal in accounts.not_that_of(self._settings, project)
            ]
            if apart:
                data.lifecycle = TerraformResourceLifecycle(postcondition=apart)
        return f"${{data.google_project.{name}.number}}"  # one text for whoever asks; a token is new each time

    def _looked_up(self) -> dict[str, ConsumerSettings]:
        """The consumers whose default account is found by their project's number.

        Those with an endpoint count even while they may not invoke: who may is edited often, and an edit of that
        should show nothing else.
        """
        invokers = {invoker for service in self._side.services.values() for invoker in service.invokers}
        called = {key for key, service in self._side.services.items() if service.forwarding_rule is None}
        return {
            key: consumer
            for key, consumer in self._settings.consumers.items()
            if not accounts.invoker(self._settings, key).member
            and (key in invokers or any(endpoint.service in called for endpoint in consumer.endpoints.values()))
        }

    def _compute_enabled(self, consumer: str, project: str) -> list[ITerraformDependable]:
        """The default account exists only once compute is enabled in its project; a binding before that is a 400."""
        if project == self._side.project:
            return self._apis
        return ProjectApis(self, f"apis-{consumer}", project=project, apis=[COMPUTE], prefix=consumer).all()


def _container(service: ServiceSettings) -> Container:
    scaling, vpc_access = service.scaling, service.vpc_access
    return Container(
        image=service.image,
        command=service.command,
        args=service.args,
        port=service.container_port,
        h2c=service.h2c,
        env=service.env,
        secrets={name: SecretReference(**secret.model_dump()) for name, secret in service.secrets.items()},
        secret_files={path: SecretReference(**secret.model_dump()) for path, secret in service.secret_files.items()},
        cpu=service.cpu,
        memory=service.memory,
        cpu_idle=service.cpu_idle,
        startup_cpu_boost=service.startup_cpu_boost,
        min_instances=scaling.min_instances,
        max_instances=scaling.max_instances,
        concurrency=service.concurrency,
        timeout_seconds=service.timeout_seconds,
        execution_environment=service.execution_environment,
        startup_probe=Probe(**service.startup_probe.model_dump()) if service.startup_probe else None,
        liveness_probe=Probe(**service.liveness_probe.model_dump()) if service.liveness_probe else None,
        vpc_access=VpcAccess(subnetwork=vpc_access.subnet, egress=vpc_access.egress, tags=vpc_access.tags)
        if vpc_access
        else None,
    )


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
