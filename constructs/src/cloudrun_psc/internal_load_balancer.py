"""The regional internal Application Load Balancer in front of a Cloud Run service.

Private Service Connect cannot publish Cloud Run directly; this stands between, with HTTP or HTTPS.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.compute_region_backend_service import (
    ComputeRegionBackendService,
    ComputeRegionBackendServiceBackend,
    ComputeRegionBackendServiceLogConfig,
)
from cdktf_cdktf_provider_google.compute_region_network_endpoint_group import (
    ComputeRegionNetworkEndpointGroup,
    ComputeRegionNetworkEndpointGroupCloudRun,
)
from cdktf_cdktf_provider_google.compute_region_target_http_proxy import ComputeRegionTargetHttpProxy
from cdktf_cdktf_provider_google.compute_region_target_https_proxy import ComputeRegionTargetHttpsProxy
from cdktf_cdktf_provider_google.compute_region_url_map import ComputeRegionUrlMap

from cloudrun_psc.addresses import claim, resource_address
from cloudrun_psc.checks import is_known, known
from cloudrun_psc.existing_network import HasSubnet, network_fault
from cloudrun_psc.existing_rules import ExistingRules
from cloudrun_psc.https_proxy import Https, https_proxy
from cloudrun_psc.load_balancer_rule import forwarding_rule
from cloudrun_psc.rules import certificates, connections, default_names, defaults, names
from cloudrun_psc.rules.content_names import (
    base_name,
    endpoint_group_name,
    forwarding_rule_name,
    grown_name,
    rule_content,
    shared_address_name,
)
from cloudrun_psc.rules.faults import Fault, refuse
from cloudrun_psc.rules.ranges import address_in_subnet
from cloudrun_psc.rules.request_log import RequestLog, sample
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class LoadBalancerNames:
    """The names of the parts. Where a part must be replaced while in use, a short hash follows the name."""

    network_endpoint_group: str
    backend_service: str
    url_map: str
    http_proxy: str
    forwarding_rule: str
    https_proxy: str = ""
    ssl_policy: str = ""

    @classmethod
    def of(cls, key: str) -> LoadBalancerNames:
        """The walk-through's names for a service of this key: hello-serverless-neg and so on."""
        parts = default_names.service_parts(key)
        return cls(**{field.name: parts[field.name] for field in fields(cls)})


class InternalLoadBalancer(Construct):
    """Serverless NEG → backend service → URL map → HTTP or HTTPS proxy → forwarding rule, all in one region.

    What replaces a part creates the new one first and lets the next part point to it before the old one goes; so a
    new port, address or subnet range keeps every PSC connection.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        network: HasSubnet,
        service_name: str,
        names_: LoadBalancerNames | None = None,
        names_as_given: Collection[str] = (),
        plain_service_name: str | None = None,
        port: int | None = None,
        https: Https | None = None,
        ip_address: str | None = None,
        global_access: bool = False,
        subnet_range: str | None = None,
        request_log: RequestLog | None = None,
        depends_on: Sequence[ITerraformDependable] = (),
        address: str | None = None,
    ) -> None:
        """Put a load balancer in front of the Cloud Run service `service_name` of the network's project and region.

        The service is named, not referenced: a reference would spread create_before_destroy to it, and a revision
        that does not start could then not heal by itself. `plain_service_name` is the name that gives the NEG its
        plain name. `names_as_given` are the parts (`forwarding_rule`, `network_endpoint_group`) whose name somebody
        chose: what is deployed first has it as it stands, whatever its content. `port` is 80, with `https` 443.
        Another protocol is a new rule before the old one goes. `ip_address` fixes the address (by
        default Google picks one of the subnet). With `global_access` clients of all regions may come, which must be so
        from the start: a plan refuses it later. `subnet_range` is the subnet's range where a change of it is to make a
        new name. `network` may be one that others own: ExistingNetwork. `request_log` logs requests.

        Raises:
            ValueError: for names, ports or addresses that Google would refuse.
        """
        super().__init__(scope, id_)
        refuse(self.node.path, [("network", network_fault(network))])
        self.port = port = (defaults.HTTPS_PORT if https else defaults.HTTP_PORT) if port is None else port
        self._https, self._request_log = https, request_log
        self._network, self._address = network, resource_address(self, address)
        names_ = names_ or LoadBalancerNames.of(self._address.replace("_", "-"))
        self._check(names_, service_name, port, ip_address, subnet_range or network.subnet_range)
        looked_for = names_as_given or global_access
        existing = ExistingRules(self, network, depends_on, self._address) if looked_for else None
        first = existing if "network_endpoint_group" in names_as_given else None
        group_name = _group_name(names_, service_name, plain_service_name or service_name, first)
        neg = self._endpoint_group(group_name, service_name, depends_on)
        proxy = self._proxy(names_, self._backend_service(names_, neg), depends_on)
        if existing and global_access:
            existing.global_from_the_start(service_name, _proxies(names_))
        content = rule_content(
            port,
            ip_address,
            subnet_range or defaults.LOAD_BALANCER_SUBNET.range,
            global_access=global_access,
            https=https is not None,
        )
        free = existing if "forwarding_rule" in names_as_given else None
        self.resource = forwarding_rule(
            self,
            network=network,
            plain_name=names_.forwarding_rule,
            name=_rule_name(names_.forwarding_rule, content, free),
            proxy=proxy.id,
            port=port,
            ip_address=ip_address,
            global_access=global_access,
            https=https is not None,
            address=self._address,
        )

    @property
    def forwarding_rule_self_link(self) -> str:
        """What a service attachment points at."""
        return str(self.resource.self_link)

    def _check(
        self, names_: LoadBalancerNames, service: str, port: int, ip_address: str | None, range_: str | None
    ) -> None:
        named = known(service, names.cloud_run_name) if isinstance(service, str) else _no_name(service)
        faults = [("service_name", named)]
        unused = {"https_proxy", "ssl_policy"} if self._https is None else {"http_proxy"}
        for key, value in vars(names_).items():
            fault = known(value, names.resource_name) if value or key not in unused else None
            if fault is None and key in {"network_endpoint_group", "forwarding_rule"}:
                fault = known(value, base_name)
            faults.append((f"names.{key}", fault))
        faults.append(("port", known(port, connections.port)))
        if self._https is not None:
            within = self._network.region if is_known(self._network.region) else None
            fault = known(self._https.certificate_id, partial(certificates.certificate, within=within))
            faults.append(("https.certificate", fault))
        if self._request_log is not None:
            faults.append(("request_log.sample", known(self._request_log.sample, sample)))
        if ip_address is not None and is_known(ip_address):
            if range_ is not None and is_known(range_):
                faults.append(("ip_address", address_in_subnet(ip_address, range_)))
            grown = shared_address_name(names_.forwarding_rule, ip_address)
            faults.append(("names.forwarding_rule", known(grown, partial(grown_name, because="with ip_address"))))
        refuse(self.node.path, faults)

    def _endpoint_group(
        self, name: str, service: str, depends_on: Sequence[ITerraformDependable]
    ) -> ComputeRegionNetworkEndpointGroup:
        resource = ComputeRegionNetworkEndpointGroup(
            self,
            "NetworkEndpointGroup",
            project=self._network.project,
            region=self._network.region,
            # Every field of a NEG forces replacement, and one in use cannot be deleted.
            name=name,
            network_endpoint_type="SERVERLESS",
            cloud_run=ComputeRegionNetworkEndpointGroupCloudRun(service=service),
            depends_on=list(depends_on) or None,
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        claim(resource, "google_compute_region_network_endpoint_group", self._address)
        return resource

    def _backend_service(
        self, names_: LoadBalancerNames, neg: ComputeRegionNetworkEndpointGroup
    ) -> ComputeRegionBackendService:
        resource = ComputeRegionBackendService(
            self,
            "BackendService",
            project=self._network.project,
            region=self._network.region,
            name=names_.backend_service,
            load_balancing_scheme="INTERNAL_MANAGED",
            protocol="HTTP",
            # The provider's default is 300; gcloud says nothing, and Google's default is 0.
            connection_draining_timeout_sec=0,
            # Left out, the provider sends 0, which drains the backend: every request is answered 503.
            backend=[ComputeRegionBackendServiceBackend(group=neg.id, capacity_scaler=1.0)],
            log_config=_log_config(self._request_log),
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        claim(resource, "google_compute_region_backend_service", self._address)
        return resource

    def _proxy(
        self,
        names_: LoadBalancerNames,
        backend: ComputeRegionBackendService,
        depends_on: Sequence[ITerraformDependable],
    ) -> ComputeRegionTargetHttpProxy | ComputeRegionTargetHttpsProxy:
        url_map = ComputeRegionUrlMap(
            self,
            "UrlMap",
            project=self._network.project,
            region=self._network.region,
            name=names_.url_map,
            default_service=backend.id,
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        claim(url_map, "google_compute_region_url_map", self._address)
        if self._https is not None:
            return https_proxy(
                self,
                self._https,
                network=self._network,
                url_map=url_map.id,
                name=names_.https_proxy,
                policy_name=names_.ssl_policy,
                address=self._address,
                depends_on=depends_on,
            )
        proxy = ComputeRegionTargetHttpProxy(
            self,
            "HttpProxy",
            project=self._network.project,
            region=self._network.region,
            name=names_.http_proxy,
            url_map=url_map.id,
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        claim(proxy, "google_compute_region_target_http_proxy", self._address)
        return proxy


def _proxies(names_: LoadBalancerNames) -> dict[str, str]:
    """The proxies that a rule of this load balancer may lead to, by collection."""
    return {"targetHttpProxies": names_.http_proxy} | (
        {"targetHttpsProxies": names_.https_proxy} if names_.https_proxy else {}
    )


def _group_name(names_: LoadBalancerNames, service: str, plain: str, existing: ExistingRules | None) -> str:
    """The endpoint group's name; with `existing` the first deployment has it as it stands, whatever its service."""
    if existing is None:
        return endpoint_group_name(names_.network_endpoint_group, service, plain)
    return existing.first_group_name(names_.network_endpoint_group, service, plain, proxies=_proxies(names_))


def _rule_name(name: str, content: Mapping[str, object], existing: ExistingRules | None) -> str:
    """The forwarding rule's name; with `existing` the first deployment has it as it stands, whatever its content."""
    return existing.free_rule_name(name, content) if existing else forwarding_rule_name(name, content)


def _log_config(log: RequestLog | None) -> ComputeRegionBackendServiceLogConfig | None:
    if log is None:
        return None
    return ComputeRegionBackendServiceLogConfig(enable=log.enabled, sample_rate=log.sample if log.enabled else None)


def _no_name(service: object) -> Fault:
    return Fault(
        wrong=f"{type(service).__name__} is no name",
        allowed="the Cloud Run service's name as text",
        remedy="give the name and not the service: the endpoint group refers to it by name",
    )
