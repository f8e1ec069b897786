"""The reference deployment as an ordinary CDKTF program in Python: plain bindings, nothing of cloudrun_psc.

Usage: program.py SERVICES CONSUMERS OUTDIR. program.js builds the same, line by line. With 1 and 1 it is what
`./psc synth` writes of the default configuration; further services are dealt out among the consumers in turn.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any, TypeVar

from cdktf import (
    App,
    DataTerraformRemoteStateLocal,
    LocalBackend,
    Precondition,
    TerraformElement,
    TerraformOutput,
    TerraformResource,
    TerraformResourceLifecycle,
    TerraformStack,
)
from cdktf_cdktf_provider_google.cloud_run_v2_service import (
    CloudRunV2Service,
    CloudRunV2ServiceTemplate,
    CloudRunV2ServiceTemplateContainers,
)
from cdktf_cdktf_provider_google.cloud_run_v2_service_iam_member import CloudRunV2ServiceIamMember
from cdktf_cdktf_provider_google.compute_address import ComputeAddress
from cdktf_cdktf_provider_google.compute_firewall import ComputeFirewall, ComputeFirewallAllow
from cdktf_cdktf_provider_google.compute_forwarding_rule import ComputeForwardingRule
from cdktf_cdktf_provider_google.compute_instance import (
    ComputeInstance,
    ComputeInstanceBootDisk,
    ComputeInstanceBootDiskInitializeParams,
    ComputeInstanceNetworkInterface,
    ComputeInstanceServiceAccount,
)
from cdktf_cdktf_provider_google.compute_network import ComputeNetwork
from cdktf_cdktf_provider_google.compute_region_backend_service import (
    ComputeRegionBackendService,
    ComputeRegionBackendServiceBackend,
)
from cdktf_cdktf_provider_google.compute_region_network_endpoint_group import (
    ComputeRegionNetworkEndpointGroup,
    ComputeRegionNetworkEndpointGroupCloudRun,
)
from cdktf_cdktf_provider_google.compute_region_target_http_proxy import ComputeRegionTargetHttpProxy
from cdktf_cdktf_provider_google.compute_region_url_map import ComputeRegionUrlMap
from cdktf_cdktf_provider_google.compute_service_attachment import (
    ComputeServiceAttachment,
    ComputeServiceAttachmentConsumerAcceptLists,
)
from cdktf_cdktf_provider_google.compute_subnetwork import ComputeSubnetwork, ComputeSubnetworkLogConfig
from cdktf_cdktf_provider_google.data_google_compute_subnetworks import DataGoogleComputeSubnetworks
from cdktf_cdktf_provider_google.data_google_project import DataGoogleProject
from cdktf_cdktf_provider_google.project_service import ProjectService
from cdktf_cdktf_provider_google.provider import GoogleProvider

from constructs import Construct

Element = TypeVar("Element", bound=TerraformElement)
REGION = "asia-northeast1"
PRODUCER_PROJECT = "example-producer-project"
SCOPES = [
    f"https://www.googleapis.com/auth/{scope}"
    for scope in (
        "devstorage.read_only",
        "logging.write",
        "monitoring.write",
        "pubsub",
        "service.management.readonly",
        "servicecontrol",
        "trace.append",
    )
]
STATE = "../../../terraform.producer.tfstate"
OUTPUTS = "data.terraform_remote_state.producer[0].outputs"
STAYS = (
    "No single apply can change it while a service is published through it. Put the former value back, or destroy the "
    "consumers and then the producer and deploy again."
)
PROXY_STAYS = (
    "One proxy-only subnet is active per network and region: create a BACKUP one with the new range, make it ACTIVE "
    "and delete the former by hand, then import it (docs/troubleshooting.md)."
)
TOKEN_URL = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity"  # noqa: S105


def numbered(name: str, index: int) -> str:
    """The first of each kind has the plain name of the default configuration."""
    return f"{name}-{index}" if index else name


def under(name: str) -> str:
    """A name as it stands in Terraform addresses."""
    return name.replace("-", "_").replace(".", "_").replace("/", "_")


def consumer_project(index: int) -> str:
    """The project of a consumer."""
    return numbered("example-consumer-project", index)


def services_of(consumer: int, services: int, consumers: int) -> list[int]:
    """The services that a consumer has endpoints on."""
    return [service for service in range(services) if service % consumers == consumer] or [consumer % services]


def consumers_of(service: int, services: int, consumers: int) -> list[int]:
    """The consumers that have an endpoint on a service."""
    return [one for one in range(consumers) if service in services_of(one, services, consumers)]


def nat_range(service: int) -> str:
    """The NAT range of a service: the default's, then one /27 after the other."""
    return f"{ip_address('10.2.0.0') + 32 * service}/27" if service else "10.0.3.0/24"


def named(element: Element, name: str) -> Element:
    """Give an element its address."""
    element.override_logical_id(name)
    return element


def output(stack: TerraformStack, name: str, value: Any, description: str) -> None:
    """An output of exactly this name."""
    named(TerraformOutput(stack, name, value=value, description=description), name)


def record(scope: Construct, id_: str, name: str, content: dict[str, str], *, kept: bool) -> None:
    """Something that Terraform remembers."""
    lifecycle = TerraformResourceLifecycle(ignore_changes=["input"]) if kept else None
    made = TerraformResource(scope, id_, terraform_resource_type="terraform_data", lifecycle=lifecycle)
    made.add_override("input", content)
    named(made, name)


def unchanged(what: str, key: str, value: str, why: str) -> Precondition:
    """What no apply can change is refused by the plan."""
    recorded = f"terraform_data.first_deployment.output.{key}"
    return Precondition(
        condition=f'${{try({recorded}, "{value}") == "{value}"}}',
        error_message=f'{what} cannot change from ${{try({recorded}, "")}} to {value}. {why}',
    )


def not_inside(what: str, range_: str, *, nor_around: bool) -> Precondition:
    """A range that overlaps an existing subnet is refused by the plan."""
    start, _, prefix = range_.partition("/")
    existing = (
        "[for one in data.google_compute_subnetworks.existing.subnetworks : one.ip_cidr_range "
        "if one.network_name == google_compute_network.network.name]"
    )
    shorter = f'${{min(tonumber(split("/", there)[1]), {prefix})}}'
    other = f'there != "{range_}"' if nor_around else f'tonumber(split("/", there)[1]) < {prefix}'
    overlaps = f'cidrhost("${{split("/", there)[0]}}/{shorter}", 0) == cidrhost("{start}/{shorter}", 0)'
    return Precondition(
        condition=f"${{length([for there in {existing} : there if {other} && {overlaps}]) == 0}}",
        error_message=f"{what} cannot become {range_}: it overlaps a subnet that exists in this network, and Google "
        "Cloud narrows no subnet. Take a range that overlaps none (connections are kept), and move it again with the "
        "next deployment if it has to be there.",
    )


def side_stack(app: App, name: str, project: str) -> TerraformStack:
    """Backend and provider, as both sides have them."""
    stack = TerraformStack(app, name)
    LocalBackend(stack, path=f"../../../terraform.{name}.tfstate")
    GoogleProvider(stack, "google", project=project, region=REGION, add_terraform_attribution_label=False)
    stack.add_override("terraform.required_version", ">= 1.5.0")
    stack.add_override("terraform.required_providers.google.version", "~> 7.45")
    return stack


def apis(stack: TerraformStack, id_: str, project: str, names: Sequence[tuple[str, str]]) -> list[ProjectService]:
    """Enabled APIs."""
    scope = Construct(stack, id_)
    return [
        named(ProjectService(scope, name, project=project, service=api, disable_on_destroy=False), name)
        for name, api in names
    ]


class Producer:
    """The stack `producer`."""

    def __init__(self, app: App, services: int, consumers: int) -> None:
        """Network first, then each service behind it."""
        self.services, self.consumers = services, consumers
        self.stack = side_stack(app, "producer", PRODUCER_PROJECT)
        self.apis = apis(
            self.stack, "apis", PRODUCER_PROJECT, [("run", "run.googleapis.com"), ("compute", "compute.googleapis.com")]
        )
        self.scope = Construct(self.stack, "network")
        self.add_network()
        self.compute: dict[int, list[ProjectService]] = {}
        for consumer in range(consumers):
            name = numbered("consumer", consumer)
            short = f"{under(name)}_compute"
            self.compute[consumer] = apis(
                self.stack, f"apis-{name}", consumer_project(consumer), [(short, "compute.googleapis.com")]
            )
        self.numbers: dict[int, str] = {}
        for service in range(services):
            self.publish(service, numbered("hello", service))

    def add_network(self) -> None:
        """The network and the subnets that all services share."""
        first = {
            "region": REGION,
            "network": "producer-vpc",
            "load_balancer_subnet": "producer-subnet",
            "proxy_only_subnet": "producer-proxy-subnet",
            "proxy_only_range": "10.0.2.0/24",
        }
        record(self.scope, "FirstDeployment", "first_deployment", first, kept=True)
        self.network = ComputeNetwork(
            self.scope,
            "Resource",
            project=PRODUCER_PROJECT,
            name="producer-vpc",
            auto_create_subnetworks=False,
            depends_on=self.apis,
            lifecycle=TerraformResourceLifecycle(
                precondition=[
                    unchanged("The region", "region", REGION, STAYS),
                    unchanged("The name of the producer's network", "network", "producer-vpc", STAYS),
                ]
            ),
        )
        named(self.network, "network")
        existing = DataGoogleComputeSubnetworks(
            self.scope, "ExistingSubnets", project=PRODUCER_PROJECT, region=REGION, depends_on=[self.network]
        )
        named(existing, "existing")
        subnet_name = unchanged(
            "The name of the load balancer's subnet", "load_balancer_subnet", "producer-subnet", STAYS
        )
        inside = not_inside("The range of the load balancer's subnet", "10.0.1.0/24", nor_around=False)
        self.load_balancer_subnet = ComputeSubnetwork(
            self.scope,
            "LoadBalancerSubnet",
            project=PRODUCER_PROJECT,
            region=REGION,
            name="producer-subnet",
            network=self.network.id,
            ip_cidr_range="10.0.1.0/24",
            lifecycle=TerraformResourceLifecycle(
                create_before_destroy=True, ignore_changes=["name"], precondition=[subnet_name, inside]
            ),
        )
        named(self.load_balancer_subnet, "load_balancer")
        proxy_name = unchanged(
            "The name of the proxy-only subnet", "proxy_only_subnet", "producer-proxy-subnet", PROXY_STAYS
        )
        proxy_range = unchanged("The range of the proxy-only subnet", "proxy_only_range", "10.0.2.0/24", PROXY_STAYS)
        self.proxy_only_subnet = ComputeSubnetwork(
            self.scope,
            "ProxyOnlySubnet",
            project=PRODUCER_PROJECT,
            region=REGION,
            name="producer-proxy-subnet",
            network=self.network.id,
            ip_cidr_range="10.0.2.0/24",
            purpose="REGIONAL_MANAGED_PROXY",
            role="ACTIVE",
            lifecycle=TerraformResourceLifecycle(precondition=[proxy_name, proxy_range]),
        )
        named(self.proxy_only_subnet, "proxy_only")

    def publish(self, service: int, key: str) -> None:
        """Cloud Run, load balancer, service attachment and the outputs of one service."""
        scope = Construct(self.stack, f"service-{key}")
        run = self.run(Construct(scope, "service"), service, key)
        rule = self.load_balancer(Construct(scope, "load-balancer"), key)
        attachment = self.attachment(Construct(scope, "attachment"), service, key, rule)
        name = under(key)
        output(
            self.stack,
            f"{name}_service_attachment_self_link",
            attachment.self_link,
            f"What an endpoint for {key} points at.",
        )
        audience = f"The audience of an ID token for {key}; nothing to connect to."
        output(self.stack, f"{name}_url", run.uri, audience)
        output(self.stack, f"{name}_region", REGION, f"The region that an endpoint for {key} must be in.")
        output(self.stack, f"{name}_port", 80, f"The port that an endpoint for {key} answers on.")
        endpoints = f"google_compute_service_attachment.{name}.connected_endpoints"
        waiting = (
            f'[for endpoint in {endpoints} : "${{endpoint.endpoint}} ${{endpoint.status}}" '
            'if endpoint.status != "ACCEPTED"]'
        )
        block = {
            "condition": f'${{alltrue([for endpoint in {endpoints} : endpoint.status == "ACCEPTED"])}}',
            "error_message": f'Endpoints of {key} that are not ACCEPTED: ${{join(", ", {waiting})}}. PENDING: the '
            f"project is not on the accept list; add it to producer.services.{key}.accept, or have the endpoint "
            "deleted if nobody configures it any more. REJECTED: it is on the reject list, or its limit is used. "
            "CLOSED: the consumer re-applies.",
        }
        self.stack.add_override(f"check.{name}_connections", {"assert": [block]})

    def run(self, scope: Construct, service: int, key: str) -> CloudRunV2Service:
        """The Cloud Run service and who may call it."""
        run = CloudRunV2Service(
            scope,
            "Resource",
            project=PRODUCER_PROJECT,
            location=REGION,
            name=f"{key}-service",
            ingress="INGRESS_TRAFFIC_INTERNAL_ONLY",
            deletion_protection=False,
            template=CloudRunV2ServiceTemplate(
                containers=[CloudRunV2ServiceTemplateContainers(image="us-docker.pkg.dev/cloudrun/container/hello")]
            ),
            depends_on=self.apis,
        )
        named(run, under(key))
        for consumer in consumers_of(service, self.services, self.consumers):
            name = under(numbered("consumer", consumer))
            member = CloudRunV2ServiceIamMember(
                scope,
                f"Invoker {name}",
                project=PRODUCER_PROJECT,
                location=REGION,
                name=run.name,
                role="roles/run.invoker",
                member=f"serviceAccount:{self.number(consumer)}-compute@developer.gserviceaccount.com",
                depends_on=self.compute[consumer],
                lifecycle=TerraformResourceLifecycle(
                    replace_triggered_by=[f"google_cloud_run_v2_service.{under(key)}.uid"]
                ),
            )
            named(member, f"{under(key)}_{name}")
        return run

    def number(self, consumer: int) -> str:
        """The number of a consumer's project, looked up once."""
        if consumer not in self.numbers:
            name = under(numbered("consumer", consumer))
            data = DataGoogleProject(self.stack, f"project-{name}", project_id=consumer_project(consumer))
            self.numbers[consumer] = named(data, name).number
        return self.numbers[consumer]

    def load_balancer(self, scope: Construct, key: str) -> ComputeForwardingRule:
        """From the serverless NEG to the forwarding rule."""
        name = under(key)
        first = TerraformResourceLifecycle(create_before_destroy=True)
        neg = ComputeRegionNetworkEndpointGroup(
            scope,
            "NetworkEndpointGroup",
            project=PRODUCER_PROJECT,
            region=REGION,
            name=f"{key}-serverless-neg",
            network_endpoint_type="SERVERLESS",
            cloud_run=ComputeRegionNetworkEndpointGroupCloudRun(service=f"{key}-service"),
            depends_on=self.apis,
            lifecycle=first,
        )
        named(neg, name)
        backend = ComputeRegionBackendService(
            scope,
            "BackendService",
            project=PRODUCER_PROJECT,
            region=REGION,
            name=f"{key}-backend-service",
            load_balancing_scheme="INTERNAL_MANAGED",
            protocol="HTTP",
            connection_draining_timeout_sec=0,
            backend=[ComputeRegionBackendServiceBackend(group=neg.id, capacity_scaler=1)],
            lifecycle=first,
        )
        named(backend, name)
        url_map = ComputeRegionUrlMap(
            scope,
            "UrlMap",
            project=PRODUCER_PROJECT,
            region=REGION,
            name=f"{key}-url-map",
            default_service=backend.id,
            lifecycle=first,
        )
        named(url_map, name)
        proxy = ComputeRegionTargetHttpProxy(
            scope,
            "HttpProxy",
            project=PRODUCER_PROJECT,
            region=REGION,
            name=f"{key}-http-proxy",
            url_map=url_map.id,
            lifecycle=first,
        )
        named(proxy, name)
        rule_name = f"{name}_forwarding_rule_name"
        record(scope, "ForwardingRuleName", rule_name, {"name": f"{key}-forwarding-rule"}, kept=False)
        rule = ComputeForwardingRule(
            scope,
            "Resource",
            project=PRODUCER_PROJECT,
            region=REGION,
            name=f"{key}-forwarding-rule",
            load_balancing_scheme="INTERNAL_MANAGED",
            network=self.network.id,
            subnetwork=self.load_balancer_subnet.id,
            port_range="80",
            target=proxy.id,
            depends_on=[self.proxy_only_subnet],
            lifecycle=TerraformResourceLifecycle(
                create_before_destroy=True,
                ignore_changes=["name"],
                replace_triggered_by=[f"terraform_data.{rule_name}"],
            ),
        )
        return named(rule, name)

    def attachment(
        self, scope: Construct, service: int, key: str, rule: ComputeForwardingRule
    ) -> ComputeServiceAttachment:
        """The NAT subnet and the service attachment."""
        range_ = nat_range(service)
        suffix = f"-{under(range_).replace('_', '-')}" if service else ""
        subnet = ComputeSubnetwork(
            self.scope,
            f"NatSubnet {under(key)} {range_}".replace("/", "-"),
            project=PRODUCER_PROJECT,
            region=REGION,
            name=f"producer-psc-subnet{suffix}",
            network=self.network.id,
            ip_cidr_range=range_,
            purpose="PRIVATE_SERVICE_CONNECT",
            lifecycle=TerraformResourceLifecycle(
                create_before_destroy=True,
                precondition=[not_inside(f"A NAT range of {under(key)}", range_, nor_around=True)],
            ),
        )
        named(subnet, f"{under(key)}_nat_{under(range_)}")
        attachment = ComputeServiceAttachment(
            scope,
            "Resource",
            project=PRODUCER_PROJECT,
            region=REGION,
            name=f"{key}-service-attachment",
            connection_preference="ACCEPT_MANUAL",
            reconcile_connections=True,
            enable_proxy_protocol=False,
            nat_subnets=[subnet.id],
            target_service=rule.self_link,
        )
        named(attachment, under(key))
        accepted = sorted(consumer_project(one) for one in consumers_of(service, self.services, self.consumers))
        attachment.put_consumer_accept_lists(
            [
                ComputeServiceAttachmentConsumerAcceptLists(connection_limit=10, project_id_or_num=project)
                for project in accepted
            ]
        )
        return attachment


class Consumer:
    """The stack of one consumer."""

    def __init__(self, app: App, index: int, services: Sequence[int]) -> None:
        """Network, VM, then an endpoint on each of `services`."""
        self.name, self.project = numbered("consumer", index), consumer_project(index)
        self.stack = side_stack(app, self.name, self.project)
        data = DataTerraformRemoteStateLocal(self.stack, "producer", path=STATE)
        data.add_override("count", f'${{fileexists("{STATE}") ? 1 : 0}}')
        named(data, "producer")
        enabled = apis(
            self.stack, "apis", self.project, [("compute", "compute.googleapis.com"), ("iap", "iap.googleapis.com")]
        )
        self.add_network(enabled, "10.1.0.0/24" if len(services) < 200 else "10.1.0.0/20")
        self.test_vm()
        for place, service in enumerate(services):
            address = str(ip_address("10.1.0.5") + place)
            self.endpoint(numbered("psc-endpoint", place), numbered("hello", service), address)

    def add_network(self, enabled: Sequence[ProjectService], range_: str) -> None:
        """The network with its one subnet."""
        scope = Construct(self.stack, "network")
        record(scope, "FirstDeployment", "first_deployment", {"region": REGION}, kept=True)
        recorded = "terraform_data.first_deployment.output.region"
        self.network = ComputeNetwork(
            scope,
            "Resource",
            project=self.project,
            name="consumer-vpc",
            auto_create_subnetworks=False,
            depends_on=enabled,
            lifecycle=TerraformResourceLifecycle(
                precondition=[
                    Precondition(
                        condition=f'${{try({recorded}, "{REGION}") == "{REGION}"}}',
                        error_message=f'The region cannot change from ${{try({recorded}, "")}} to {REGION} in one '
                        "apply. Put the former region back, or destroy the consumers and then the producer and deploy "
                        "again.",
                    )
                ]
            ),
        )
        named(self.network, "network")
        self.subnet = ComputeSubnetwork(
            scope,
            "Subnet",
            project=self.project,
            region=REGION,
            name="consumer-subnet",
            network=self.network.id,
            ip_cidr_range=range_,
            log_config=ComputeSubnetworkLogConfig(
                aggregation_interval="INTERVAL_5_SEC", flow_sampling=0.5, metadata="INCLUDE_ALL_METADATA"
            ),
        )
        named(self.subnet, "subnet")

    def test_vm(self) -> None:
        """The VM to try endpoints from."""
        scope = Construct(self.stack, "vm")
        firewall = ComputeFirewall(
            scope,
            "Firewall",
            project=self.project,
            name="allow-iap-ssh",
            network=self.network.id,
            direction="INGRESS",
            allow=[ComputeFirewallAllow(protocol="tcp", ports=["22"])],
            source_ranges=["35.235.240.0/20"],
        )
        named(firewall, "test_vm_iap_ssh")
        instance = ComputeInstance(
            scope,
            "Resource",
            project=self.project,
            zone=f"{REGION}-b",
            name="test-vm",
            machine_type="e2-micro",
            boot_disk=ComputeInstanceBootDisk(
                initialize_params=ComputeInstanceBootDiskInitializeParams(image="debian-cloud/debian-12")
            ),
            network_interface=[ComputeInstanceNetworkInterface(network=self.network.id, subnetwork=self.subnet.id)],
            service_account=ComputeInstanceServiceAccount(scopes=SCOPES),
            allow_stopping_for_update=True,
            lifecycle=TerraformResourceLifecycle(replace_triggered_by=["google_compute_subnetwork.subnet.id"]),
        )
        named(instance, "test_vm")
        ssh = f"gcloud compute ssh test-vm --project={self.project} --zone={REGION}-b --tunnel-through-iap"
        output(self.stack, "test_vm_ssh_command", ssh, "Opens a shell on the test VM through IAP.")

    def endpoint(self, key: str, service: str, ip: str) -> None:
        """The reserved address, the endpoint and what people are told about it."""
        name, link_output = under(key), f"{under(service)}_service_attachment_self_link"
        link = f'${{try({OUTPUTS}.{link_output}, "")}}'
        scope = Construct(self.stack, f"endpoint-{key}")
        address = ComputeAddress(
            scope,
            "Address",
            project=self.project,
            region=REGION,
            name=f"{key}-ip",
            address_type="INTERNAL",
            subnetwork=self.subnet.id,
            address=ip,
        )
        named(address, name)
        record(scope, "Target", f"{name}_target", {"service_attachment": link}, kept=False)
        rule = ComputeForwardingRule(
            scope,
            "Resource",
            project=self.project,
            region=REGION,
            name=key,
            load_balancing_scheme="",
            network=self.network.id,
            ip_address=address.id,
            target=link,
            recreate_closed_psc=True,
            lifecycle=TerraformResourceLifecycle(
                replace_triggered_by=[
                    f"google_compute_address.{name}.id",
                    "google_compute_subnetwork.subnet.id",
                    f"terraform_data.{name}_target",
                ],
                precondition=[
                    Precondition(
                        condition=f"${{can({OUTPUTS}.{link_output})}}",
                        error_message=f"The producer's state ({STATE}) has no output {link_output}. Deploy the "
                        "producer first (cdktf deploy producer); if it is deployed, see that it publishes the service "
                        f"{service}.",
                    )
                ],
            ),
        )
        named(rule, name)
        status = f"google_compute_forwarding_rule.{name}.psc_connection_status"
        output(self.stack, f"{name}_address", address.address, f"The address of {key}.")
        works = f"The connection of {key}: ACCEPTED when it works."
        output(self.stack, f"{name}_status", f"${{{status}}}", works)
        self.instruct(key, service, ip, link)
        block = {
            "condition": f'${{{status} == "ACCEPTED"}}',
            "error_message": f"The endpoint {key} is ${{{status}}}, not ACCEPTED. PENDING: the producer has to accept "
            f"project {self.project} for {service}. REJECTED: it is on the producer's reject list, or the limit is "
            "used up. CLOSED: the attachment was deleted or replaced; apply this stack again.",
        }
        self.stack.add_override(f"check.{name}_accepted", {"assert": [block]})

    def instruct(self, key: str, service: str, ip: str, link: str) -> None:
        """The commands of steps 7 to 10."""
        name, port = under(key), f"{OUTPUTS}.{under(service)}_port"
        describe = [
            "# Expected: ACCEPTED. PENDING: the producer has not accepted this project.",
            f"gcloud compute forwarding-rules describe {key} --project={self.project} --region={REGION} "
            "--format='value(pscConnectionStatus)'",
            "# The same from the producer's side (needs compute.viewer there):",
            f"gcloud compute service-attachments describe {link} --project={PRODUCER_PROJECT} "
            "--format='yaml(connectedEndpoints)'",
        ]
        about = "Step 7: shows the connection from both sides."
        output(self.stack, f"{name}_describe_command", "\n".join(describe), about)
        url = f'${{try({OUTPUTS}.{under(service)}_url, "URL_OF_THE_SERVICE")}}'
        suffix = f'${{try({port} == 80 ? "" : ":${{{port}}}", "")}}'
        curl = [
            "# On the test VM. Expected: HTTP/1.1 200 OK and the page. 401: the token's audience is not",
            "# the service's URL.",
            "# 403: the VM's account is no invoker. 503: no proxy-only subnet, no backend. Time-out: not ACCEPTED.",
            f"TOKEN=$(curl -s -H 'Metadata-Flavor: Google' '{TOKEN_URL}?audience={url}')",
            f'curl -i http://{ip}{suffix}/ -H "Authorization: Bearer $TOKEN"',
        ]
        output(self.stack, f"{name}_curl_command", "\n".join(curl), "Step 8: calls the service from the test VM.")
        requests = (
            f'resource.type="cloud_run_revision" AND resource.labels.service_name="{service}-service" '
            f'AND logName="projects/{PRODUCER_PROJECT}/logs/run.googleapis.com%2Frequests"'
        )
        request_log = [
            "# In the producer's project, some seconds after a call. remoteIp is an internal IPv6 address of Google's",
            "# fabric, never the VM's: the flow log has that.",
            f"gcloud logging read '{requests}' --project={PRODUCER_PROJECT} --limit=10 --format="
            "'table(timestamp,httpRequest.remoteIp,httpRequest.status,httpRequest.userAgent)'",
        ]
        output(self.stack, f"{name}_request_log_query", "\n".join(request_log), "Step 9: who the service saw.")
        flows = (
            f'logName="projects/{self.project}/logs/compute.googleapis.com%2Fvpc_flows" '
            f'AND jsonPayload.connection.dest_ip="{ip}"'
        )
        flow_log = [
            "# In the consumer's project, five to ten minutes after a call (a sample). src_ip is the VM's.",
            f"gcloud logging read '{flows}' --project={self.project} --limit=10 --format="
            "'table(timestamp,jsonPayload.connection.src_ip,jsonPayload.connection.dest_ip,"
            "jsonPayload.connection.dest_port)'",
        ]
        output(self.stack, f"{name}_flow_log_query", "\n".join(flow_log), "Step 10: which VM really called.")


def main(services: int, consumers: int, outdir: str) -> None:
    """Synthesize."""
    app = App(outdir=outdir, stack_traces=False)
    producer = Producer(app, services, consumers)
    for index in range(consumers):
        consumer = Consumer(app, index, services_of(index, services, consumers))
        consumer.stack.add_dependency(producer.stack)
    app.synth()


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
