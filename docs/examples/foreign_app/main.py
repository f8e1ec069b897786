"""A CDKTF app of another team: it publishes its service `orders`, and calls it from a project of its own.

It uses the constructs `cloudrun_psc`, and `cdktf_fast_synthesis` by one call; nothing of this checkout's configuration,
stacks or commands.
"""

# ruff: noqa: E402
from cdktf_fast_synthesis import use_fast_synthesis

use_fast_synthesis()  # before the first import of cdktf or of bindings

from cdktf import App, TerraformOutput, TerraformStack
from cdktf_cdktf_provider_google.provider import GoogleProvider

from cloudrun_psc import (
    ConsumerNetwork,
    Container,
    FlowLogs,
    IapTestVm,
    InternalLoadBalancer,
    PrivateService,
    ProducerNetwork,
    ProjectApis,
    PscEndpoint,
    PublishedService,
    Subnet,
)

REGION = "europe-west1"
ATTACHMENT = "projects/orders-team/regions/europe-west1/serviceAttachments/orders-service-attachment"


class Orders(TerraformStack):
    """The producer: everything in the project orders-team."""

    def __init__(self, app: App) -> None:
        """Publish `orders` to two projects; a third one stays out whoever else is accepted."""
        super().__init__(app, "orders")
        project = "orders-team"
        GoogleProvider(self, "google", project=project, region=REGION)
        apis = ProjectApis(self, "apis", project=project, apis=["run.googleapis.com", "compute.googleapis.com"])
        network = ProducerNetwork(self, "network", project=project, region=REGION, depends_on=apis.all())
        service = PrivateService(
            self,
            "orders",
            project=project,
            region=REGION,
            name="orders-service",
            container=Container(image="europe-docker.pkg.dev/orders-team/apps/orders:1.4.0", max_instances=5),
            depends_on=apis.all(),
        )
        # What a construct has no argument for: .resource is the resource of the bindings.
        service.resource.add_override("template.execution_environment", "EXECUTION_ENVIRONMENT_GEN2")
        service.allow_invoker("caller@shop-team.iam.gserviceaccount.com")
        load_balancer = InternalLoadBalancer(
            self,
            "load-balancer",
            network=network,
            service_name=service.name,
            depends_on=apis.all(),
            address="orders",
        )
        attachment = PublishedService(
            self,
            "attachment",
            project=project,
            region=REGION,
            name="orders-service-attachment",
            target=load_balancer,
            nat_subnets=[network.add_nat_subnet("orders", "10.0.3.0/24")],
            address="orders",
        )
        attachment.accept("shop-team")
        attachment.accept("billing-team", connection_limit=2)
        attachment.reject("former-partner")
        link = TerraformOutput(self, "orders_service_attachment_self_link", value=attachment.self_link)
        link.override_logical_id("orders_service_attachment_self_link")


class Shop(TerraformStack):
    """The consumer: everything in the project shop-team. It knows the attachment's self link and no more."""

    def __init__(self, app: App) -> None:
        """Connect to `orders`, with a VM to try it from."""
        super().__init__(app, "shop")
        project = "shop-team"
        GoogleProvider(self, "google", project=project, region=REGION)
        apis = ProjectApis(self, "apis", project=project, apis=["compute.googleapis.com", "iap.googleapis.com"])
        network = ConsumerNetwork(
            self,
            "network",
            project=project,
            region=REGION,
            name="shop-vpc",
            subnet=Subnet(name="shop-subnet", range="10.8.0.0/24"),
            flow_logs=FlowLogs(sampling=0.1),
            depends_on=apis.all(),
        )
        PscEndpoint(
            self,
            "orders",
            network=network,
            service_attachment=ATTACHMENT,
            ip_address="10.8.0.5",
            name="orders-endpoint",
        )
        IapTestVm(
            self,
            "test-vm",
            network=network,
            zone=f"{REGION}-b",
            service_account="caller@shop-team.iam.gserviceaccount.com",
        )


app = App(stack_traces=False)
Orders(app)
Shop(app)
app.synth()
