"""Publish a Cloud Run service privately over Private Service Connect: constructs for any CDKTF app.

Importing this package loads neither cdktf nor the bindings; each name is fetched from its module on first use.
They work with cdktf and with cdktn, its maintained fork; see `cdk`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cloudrun_psc.cdk import follow_the_app

if TYPE_CHECKING:
    from cloudrun_psc.consumer_network import ConsumerNetwork as ConsumerNetwork
    from cloudrun_psc.container import Container as Container
    from cloudrun_psc.container import Probe as Probe
    from cloudrun_psc.container import SecretReference as SecretReference
    from cloudrun_psc.container import VpcAccess as VpcAccess
    from cloudrun_psc.existing_certificate import ExistingCertificate as ExistingCertificate
    from cloudrun_psc.existing_forwarding_rule import ExistingForwardingRule as ExistingForwardingRule
    from cloudrun_psc.existing_network import ExistingNetwork as ExistingNetwork
    from cloudrun_psc.existing_producer_network import ExistingProducerNetwork as ExistingProducerNetwork
    from cloudrun_psc.existing_service import ExistingService as ExistingService
    from cloudrun_psc.former_addresses import moved_blocks as moved_blocks
    from cloudrun_psc.former_addresses import removed_blocks as removed_blocks
    from cloudrun_psc.https_proxy import Https as Https
    from cloudrun_psc.iap_test_vm import IapTestVm as IapTestVm
    from cloudrun_psc.internal_load_balancer import InternalLoadBalancer as InternalLoadBalancer
    from cloudrun_psc.internal_load_balancer import LoadBalancerNames as LoadBalancerNames
    from cloudrun_psc.managed_certificate import ManagedCertificate as ManagedCertificate
    from cloudrun_psc.pem_certificate import PemCertificate as PemCertificate
    from cloudrun_psc.private_service import PrivateService as PrivateService
    from cloudrun_psc.producer_network import ProducerNetwork as ProducerNetwork
    from cloudrun_psc.project_apis import ProjectApis as ProjectApis
    from cloudrun_psc.psc_endpoint import PscEndpoint as PscEndpoint
    from cloudrun_psc.published_service import PublishedService as PublishedService
    from cloudrun_psc.rules.flow_logs import FlowLogs as FlowLogs
    from cloudrun_psc.rules.request_log import RequestLog as RequestLog
    from cloudrun_psc.rules.subnets import Subnet as Subnet
    from cloudrun_psc.service_dns import ServiceDns as ServiceDns
    from cloudrun_psc.subnet_flow_logs import SubnetFlowLogs as SubnetFlowLogs

_HOMES = {
    "ConsumerNetwork": "consumer_network",
    "Container": "container",
    "ExistingCertificate": "existing_certificate",
    "ExistingForwardingRule": "existing_forwarding_rule",
    "ExistingNetwork": "existing_network",
    "ExistingProducerNetwork": "existing_producer_network",
    "ExistingService": "existing_service",
    "FlowLogs": "rules.flow_logs",
    "Https": "https_proxy",
    "IapTestVm": "iap_test_vm",
    "InternalLoadBalancer": "internal_load_balancer",
    "LoadBalancerNames": "internal_load_balancer",
    "ManagedCertificate": "managed_certificate",
    "PemCertificate": "pem_certificate",
    "PrivateService": "private_service",
    "Probe": "container",
    "ProducerNetwork": "producer_network",
    "ProjectApis": "project_apis",
    "PscEndpoint": "psc_endpoint",
    "PublishedService": "published_service",
    "RequestLog": "rules.request_log",
    "SecretReference": "container",
    "ServiceDns": "service_dns",
    "Subnet": "rules.subnets",
    "SubnetFlowLogs": "subnet_flow_logs",
    "VpcAccess": "container",
    "moved_blocks": "former_addresses",
    "removed_blocks": "former_addresses",
}
__all__ = sorted(_HOMES)  # pyright: ignore[reportUnsupportedDunderAll]


follow_the_app()


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
