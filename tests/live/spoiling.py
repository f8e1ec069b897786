"""What somebody does by hand to what was deployed, and how it is mended."""

from __future__ import annotations

from collections.abc import Callable

from tests.live.world import World

PRODUCER, CONSUMER = "example-producer-project", "example-consumer-project"
HERE = "regions/asia-northeast1"
RUN = f"/run/v2/projects/{PRODUCER}/locations/asia-northeast1/services/hello-service"
COMPUTE = f"/compute/v1/projects/{PRODUCER}/{HERE}"
ATTACHMENT = f"{COMPUTE}/serviceAttachments/hello-service-attachment"
ENDPOINT = f"/compute/v1/projects/{CONSUMER}/{HERE}/forwardingRules/psc-endpoint"
Worlds = Callable[..., World]


def patch(world: World, path: str, **fields: object) -> None:
    """Change a resource of Compute Engine."""
    present = world.call("GET", path)
    world.call("PATCH", path, {"fingerprint": present.get("fingerprint", ""), **fields})


def accept(world: World, *entries: tuple[str, int]) -> None:
    """Set the accept list by hand."""
    lists = [{"projectIdOrNum": who, "connectionLimit": limit} for who, limit in entries]
    patch(world, ATTACHMENT, consumerAcceptLists=lists, reconcileConnections=True)


def serve(world: World, **fields: object) -> None:
    """Change the service by hand."""
    service = world.call("GET", RUN)
    world.call("PATCH", f"{RUN}?updateMask={','.join(fields)}", service | fields)


def connect(
    world: World, project: str, name: str = "stranger", address: str = "10.9.0.5", producer: str = PRODUCER
) -> None:
    """An endpoint that somebody makes by hand, in a network of its own."""
    base = f"/compute/v1/projects/{project}"
    world.enable(project, "compute.googleapis.com")
    network = f"projects/{project}/global/networks/{name}"
    world.call("POST", f"{base}/global/networks", {"name": name, "autoCreateSubnetworks": False})
    subnet = {"name": name, "network": network, "ipCidrRange": "10.9.0.0/24"}
    world.call("POST", f"{base}/{HERE}/subnetworks", subnet)
    reserved = {"name": name, "addressType": "INTERNAL", "address": address}
    reserved["subnetwork"] = f"projects/{project}/{HERE}/subnetworks/{name}"
    world.call("POST", f"{base}/{HERE}/addresses", reserved)
    target = ATTACHMENT.removeprefix("/compute/v1/").replace(PRODUCER, producer)
    rule = {"name": name, "network": network, "target": target}
    rule["IPAddress"] = f"projects/{project}/{HERE}/addresses/{name}"
    world.call("POST", f"{base}/{HERE}/forwardingRules", rule)


def disconnect(world: World, project: str, name: str = "stranger") -> None:
    """Take it away again."""
    world.call("DELETE", f"/compute/v1/projects/{project}/{HERE}/forwardingRules/{name}")


def let_friend_in(world: World) -> None:
    """Somebody is accepted by hand, and connects."""
    accept(world, (CONSUMER, 10), ("friend-project", 1))
    connect(world, "friend-project")


def let_friend_go(world: World) -> None:
    """What a deployment does to the accept list, and the friend's own team."""
    accept(world, (CONSUMER, 10))
    disconnect(world, "friend-project")


def delete_endpoint(world: World) -> None:
    """Somebody deletes the endpoint by hand."""
    world.call("DELETE", ENDPOINT)


def anew(world: World) -> None:
    """The consumer's next deployment: the endpoint once more, with the same address."""
    world.call("DELETE", ENDPOINT)
    world.deploy_endpoint()


def replace_attachment(world: World) -> None:
    """What a change that replaces it does: the new one has the same name and none of the connections."""
    body = world.call("GET", ATTACHMENT)
    world.call("DELETE", ATTACHMENT)
    kept = ("name", "targetService", "natSubnets", "connectionPreference", "consumerAcceptLists")
    world.call("POST", ATTACHMENT.rpartition("/")[0], {key: body[key] for key in kept})


def demote_proxies(world: World) -> None:
    """The subnet's role as it is while somebody moves proxies to another one and never ends it."""
    record = next(one for one in world.cloud.compute.values() if one.body.get("role") == "ACTIVE")
    record.body["role"] = "BACKUP"


def promote_proxies(world: World) -> None:
    next(one for one in world.cloud.compute.values() if one.body.get("role") == "BACKUP").body["role"] = "ACTIVE"


def lose_policy(world: World) -> None:
    """What replacing a Cloud Run service does to who may call it (issue 18831 of the provider)."""
    world.cloud.policies.clear()


def lose(collection: str, name: str) -> Callable[[World], None]:
    """Something that Google would not let anybody delete, gone all the same."""
    return lambda world: world.gone.append(world.cloud.compute.pop(f"projects/{PRODUCER}/{HERE}/{collection}/{name}"))


def put_back(world: World) -> None:
    record = world.gone.pop()
    world.cloud.compute[record.path] = record


def nat(world: World, *ranges: str) -> None:
    """The NAT subnets of the attachment."""
    links = []
    for range_ in ranges:
        name = f"nat-{range_.replace('.', '-').replace('/', '-')}"
        path = f"projects/{PRODUCER}/{HERE}/subnetworks/{name}"
        if path not in world.cloud.compute:
            body = {"name": name, "ipCidrRange": range_, "purpose": "PRIVATE_SERVICE_CONNECT"}
            body["network"] = f"projects/{PRODUCER}/global/networks/producer-vpc"
            world.call("POST", f"{COMPUTE}/subnetworks", body)
        links.append(path)
    patch(world, ATTACHMENT, natSubnets=links)


def exhaust(world: World) -> None:
    """As many connections as a /29 has addresses for: four. The configured one asks last."""
    nat(world, "10.0.7.0/29")
    world.call("DELETE", ENDPOINT)
    accept(world, (CONSUMER, 10), *((f"other-{number}", 1) for number in range(4)))
    for number in range(4):
        connect(world, f"other-{number}", f"stranger-{number}")
    world.deploy_endpoint()
