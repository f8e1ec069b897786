"""A CDKTF app that publishes and calls a service in networks that it has already.

The producer's are resources of its own, one consumer's are data sources, another one's plain ids.
"""

from cdktf import App, TerraformStack
from cdktf_cdktf_provider_google.compute_network import ComputeNetwork
from cdktf_cdktf_provider_google.compute_subnetwork import ComputeSubnetwork
from cdktf_cdktf_provider_google.data_google_compute_network import DataGoogleComputeNetwork
from cdktf_cdktf_provider_google.data_google_compute_subnetwork import DataGoogleComputeSubnetwork
from cdktf_cdktf_provider_google.provider import GoogleProvider

from cloudrun_psc import ExistingNetwork, IapTestVm, InternalLoadBalancer, PrivateService, PscEndpoint, PublishedService

REGION = "europe-west1"
ATTACHMENT = "projects/orders-team/regions/europe-west1/serviceAttachments/orders-service-attachment"


class Orders(TerraformStack):
    """The producer: the network's resources stand in this stack."""

    def __init__(self, app: App) -> None:
        """Publish `orders` through subnets that are made here without the constructs."""
        super().__init__(app, "orders")
        project = "orders-team"
        GoogleProvider(self, "google", project=project, region=REGION)
        vpc = ComputeNetwork(self, "vpc", name="orders-vpc", auto_create_subnetworks=False)
        frontend = ComputeSubnetwork(self, "frontend", name="frontend", network=vpc.id, ip_cidr_range="10.0.1.0/24")
        proxies = ComputeSubnetwork(
            self,
            "proxies",
            name="proxies",
            network=vpc.id,
            ip_cidr_range="10.0.2.0/24",
            purpose="REGIONAL_MANAGED_PROXY",
            role="ACTIVE",
        )
        nat = ComputeSubnetwork(
            self, "nat", name="nat", network=vpc.id, ip_cidr_range="10.0.3.0/24", purpose="PRIVATE_SERVICE_CONNECT"
        )
        service = PrivateService(self, "service", project=project, region=REGION, name="orders-service")
        load_balancer = InternalLoadBalancer(
            self,
            "load-balancer",
            # No load balancer comes up without the proxy-only subnet, and nothing refers to that.
            network=ExistingNetwork(project=project, region=REGION, network=vpc, subnet=frontend, depends_on=[proxies]),
            service_name=service.name,
            address="orders",
        )
        PublishedService(
            self,
            "attachment",
            project=project,
            region=REGION,
            name="orders-service-attachment",
            target=load_balancer,
            nat_subnets=[nat],
            accept={"shop-team": 10, "billing-team": 10},
            address="orders",
        )


class Shop(TerraformStack):
    """A consumer whose network another team owns: it is looked up at plan."""

    def __init__(self, app: App) -> None:
        """Connect to `orders`, with a VM to try it from."""
        super().__init__(app, "shop")
        project = "shop-team"
        GoogleProvider(self, "google", project=project, region=REGION)
        network = ExistingNetwork(
            project=project,
            region=REGION,
            network=DataGoogleComputeNetwork(self, "vpc", name="shop-vpc"),
            subnet=DataGoogleComputeSubnetwork(self, "subnet", name="shop-subnet", region=REGION),
        )
        PscEndpoint(
            self,
            "orders",
            network=network,
            service_attachment=ATTACHMENT,
            ip_address="10.8.0.5",
            name="orders-endpoint",
        )
        IapTestVm(self, "test-vm", network=network, zone=f"{REGION}-b")


class Billing(TerraformStack):
    """A consumer that knows the ids and may look nothing up."""

    def __init__(self, app: App) -> None:
        """Connect to `orders`; with the range the address is checked at synthesis."""
        super().__init__(app, "billing")
        project = "billing-team"
        GoogleProvider(self, "google", project=project, region=REGION)
        PscEndpoint(
            self,
            "orders",
            network=ExistingNetwork(
                project=project,
                region=REGION,
                network=f"projects/{project}/global/networks/billing-vpc",
                subnet=f"projects/{project}/regions/{REGION}/subnetworks/billing-subnet",
                subnet_range="10.9.0.0/24",
            ),
            service_attachment=ATTACHMENT,
            ip_address="10.9.0.5",
            name="orders-endpoint",
        )


app = App(stack_traces=False)
orders = Orders(app)
for consumer in (Shop(app), Billing(app)):
    consumer.add_dependency(orders)
app.synth()
