"""For every fact of a deployment, what makes it fail, what is said, and what mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.live.spoiling import (
    ATTACHMENT,
    CONSUMER,
    accept,
    anew,
    connect,
    delete_endpoint,
    demote_proxies,
    disconnect,
    exhaust,
    let_friend_go,
    let_friend_in,
    lose,
    lose_policy,
    nat,
    patch,
    promote_proxies,
    put_back,
    replace_attachment,
    serve,
)
from tests.live.world import World


@dataclass(frozen=True)
class Case:
    """A fact that is made to fail: how, what is said, what is told to do, and that done."""

    fact: str
    spoil: Callable[[World], None]
    says: str
    repair: str
    mend: Callable[[World], None]

    def __str__(self) -> str:
        return f"{self.fact}: {self.says}"


CASES = (
    Case(
        "apis", lambda world: world.cloud.project(CONSUMER).apis.discard("iap.googleapis.com"),
        "not enabled: iap.googleapis.com",
        "gcloud services enable iap.googleapis.com --project=example-consumer-project",
        lambda world: world.enable(CONSUMER, "iap.googleapis.com"),
    ),
    Case(
        "proxy-only-subnet", demote_proxies,
        "no proxy-only subnet of producer-vpc in asia-northeast1 is ACTIVE (producer-proxy-subnet is BACKUP): every "
        "request is answered 503", "./psc cdktf deploy producer", promote_proxies,
    ),
    Case(
        "service", lambda world: world.cloud.run.clear(), "there is no Cloud Run service hello-service",
        "./psc cdktf deploy producer", lambda world: world.deploy_service(),
    ),
    Case(
        "service", lambda world: serve(world, template={"containers": [{"image": "gcr.io/p/does-not-start"}]}),
        "hello-service is not ready: Revision", "gcloud run services logs read hello-service",
        lambda world: serve(world, template={"containers": [{"image": "us-docker.pkg.dev/cloudrun/container/hello"}]}),
    ),
    Case(
        "ingress", lambda world: serve(world, ingress="INGRESS_TRAFFIC_ALL"),
        "the ingress of hello-service is all, and internal is configured", "./psc cdktf deploy producer puts it back",
        lambda world: serve(world, ingress="INGRESS_TRAFFIC_INTERNAL_ONLY"),
    ),
    Case(
        "revision", lambda world: serve(world, template={"containers": [{"image": "gcr.io/p/does-not-exist"}]}),
        "is not ready; hello-service-00001-", "./psc cdktf deploy producer with an image and settings that start",
        lambda world: serve(world, template={"containers": [{"image": "us-docker.pkg.dev/cloudrun/container/hello"}]}),
    ),
    Case(
        "revision", lambda world: world.share("hello-service-00000-old", 90),
        "does not get all requests: hello-service-00000-old 90 %",
        "gcloud run services update-traffic hello-service --to-latest", lambda world: world.share("", 100),
    ),
    Case(
        "invokers", lose_policy,
        "-compute@developer.gserviceaccount.com may not call: it does not hold roles/run.invoker",
        "./psc cdktf deploy producer grants it anew", lambda world: world.grant(),
    ),
    Case(
        "invokers", lambda world: world.grant(*world.invokers(), "allUsers"), "allUsers may call",
        "gcloud run services remove-iam-policy-binding hello-service --member=allUsers", lambda world: world.grant(),
    ),
    Case(
        "invokers", lambda world: world.grant(*(f"deleted:{one}?uid=1" for one in world.invokers())),
        "the grant is for an account of that name that was deleted", "?uid=1' --role=roles/run.invoker",
        lambda world: world.grant(),
    ),
    Case(
        "load-balancer", lose("urlMaps", "hello-url-map"), "the URL map hello-url-map is not there",
        "./psc cdktf deploy producer", put_back,
    ),
    Case(
        "load-balancer", lambda world: world.lead("hello-service", "other"),
        "the endpoint group hello-serverless-neg leads to other, not to hello-service", "./psc cdktf deploy producer",
        lambda world: world.lead("other", "hello-service"),
    ),
    Case(
        "attachment", lambda world: accept(world, (CONSUMER, 3), ("friend-project", 2)),
        "example-consumer-project is accepted up to 3, not 10; friend-project is accepted, which is not configured",
        "./psc cdktf deploy producer puts it back; to keep it, change producer.services.hello",
        lambda world: accept(world, (CONSUMER, 10)),
    ),
    Case(
        "attachment", lambda world: patch(world, ATTACHMENT, consumerRejectLists=["stranger-project"]),
        "stranger-project is rejected, which is not configured", "./psc cdktf deploy producer",
        lambda world: patch(world, ATTACHMENT, consumerRejectLists=[]),
    ),
    Case(
        "nat", exhaust, "4 of 4 NAT addresses are used, 0 are left (10.0.7.0/29): nobody else can connect",
        "add a range to producer.services.hello.nat_ranges", lambda world: nat(world, "10.0.7.0/29", "10.0.8.0/24"),
    ),
    Case(
        "connections", exhaust, "consumer/psc-endpoint is NEEDS_ATTENTION",
        "add a range to producer.services.hello.nat_ranges", lambda world: nat(world, "10.0.7.0/29", "10.0.8.0/24"),
    ),
    Case(
        "endpoint", exhaust, "10.1.0.5 is NEEDS_ATTENTION", "its team has to act",
        lambda world: nat(world, "10.0.7.0/29", "10.0.8.0/24"),
    ),
    Case(
        "connections", lambda world: accept(world), "consumer/psc-endpoint is PENDING",
        "    example-consumer-project: 10", lambda world: accept(world, (CONSUMER, 10)),
    ),
    Case(
        "endpoint", lambda world: accept(world), "10.1.0.5 is PENDING",
        "the producer has to accept example-consumer-project", lambda world: accept(world, (CONSUMER, 10)),
    ),
    Case(
        "connections", let_friend_in,
        "stranger of friend-project is ACCEPTED (connection ", "./psc cdktf deploy producer cuts it off",
        let_friend_go,
    ),
    Case(
        "connections", lambda world: connect(world, CONSUMER), "no consumer of the configuration has this endpoint",
        f"gcloud compute forwarding-rules delete stranger --project={CONSUMER} --region=asia-northeast1",
        lambda world: disconnect(world, CONSUMER),
    ),
    Case(
        "connections", lambda world: patch(world, ATTACHMENT, consumerAcceptLists=[], consumerRejectLists=[CONSUMER],
                                           reconcileConnections=True),
        "consumer/psc-endpoint is REJECTED", "it is on the attachment's reject list, which is not configured",
        lambda world: patch(world, ATTACHMENT, consumerRejectLists=[], reconcileConnections=True, consumerAcceptLists=[
            {"projectIdOrNum": CONSUMER, "connectionLimit": 10}]),
    ),
    Case(
        "connections", delete_endpoint,
        "consumer/psc-endpoint is configured and not connected", "./psc cdktf deploy consumer",
        lambda world: world.deploy_endpoint(),
    ),
    Case(
        "endpoint", delete_endpoint, "there is no endpoint psc-endpoint",
        "./psc cdktf deploy consumer", lambda world: world.deploy_endpoint(),
    ),
    Case(
        "endpoint", replace_attachment, "10.1.0.5 is CLOSED",
        "./psc cdktf deploy consumer: its attachment was replaced, and it never heals by itself", anew,
    ),
    Case(
        "both-sides", replace_attachment, "the endpoint is that of a former attachment",
        "./psc cdktf deploy consumer", anew,
    ),
)  # fmt: skip
