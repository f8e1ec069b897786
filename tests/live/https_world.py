"""A deployment with HTTPS and DNS, and what others, or time, do to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deployment.existing_certificates import KEY, chain_of
from tests.live.spoiling import CONSUMER, HERE, PRODUCER
from tests.live.world import World

HOST, CERTIFICATE = "orders.example.com", f"projects/{PRODUCER}/locations/asia-northeast1/certificates/orders"
ZONES = f"/dns/v1/projects/{CONSUMER}/managedZones"
NETWORK, OTHER = (f"projects/{CONSUMER}/global/networks/{name}" for name in ("consumer-vpc", "other"))
POLICY = f"/dns/v1/projects/{CONSUMER}/policies/elsewhere"
YAML = f"""
region: asia-northeast1
producer:
  project: {PRODUCER}
  services:
    hello: {{https: {{host: {HOST}, certificate: {CERTIFICATE}}}}}
consumers:
  consumer:
    project: {CONSUMER}
    endpoints:
      psc-endpoint: {{service: hello, address: 10.1.0.5, dns: true}}
"""
ZONE_OF_OTHERS = YAML.replace("dns: true", f"dns: {{zone: projects/{CONSUMER}/managedZones/internal}}")
COMPUTE = YAML.replace(CERTIFICATE, f"projects/{PRODUCER}/{HERE}/sslCertificates/orders")


def secure(world: World) -> World:
    """What HTTPS and DNS add to a deployment: certificate, proxy and rule; zone and record."""
    world.deploy()
    world.enable(PRODUCER, "certificatemanager.googleapis.com")
    world.enable(CONSUMER, "dns.googleapis.com")
    if "sslCertificates" in world.settings.producer.services["hello"].https.certificate:  # type: ignore[union-attr,operator]
        link = f"projects/{PRODUCER}/{HERE}/sslCertificates/orders"
        body: dict[str, Any] = {"name": "orders", "certificate": chain_of(HOST), "privateKey": KEY}
        world.call("POST", f"/compute/v1/projects/{PRODUCER}/{HERE}/sslCertificates", body)
    else:
        link = f"//certificatemanager.googleapis.com/{CERTIFICATE}"
        upload(world)
    base = f"projects/{PRODUCER}/{HERE}"
    proxy = {"name": "hello-https-proxy", "urlMap": f"{base}/urlMaps/hello-url-map", "sslCertificates": [link]}
    world.call("POST", f"/compute/v1/{base}/targetHttpsProxies", proxy)
    lead(world, "targetHttpsProxies/hello-https-proxy")
    if "google_dns_managed_zone.psc_endpoint" in world.stacks["consumer"].items:
        own_zone(world)
    else:
        make_zone(world, "internal", "example.com.")
    return world


def lead(world: World, proxy: str) -> None:
    """Have the forwarding rule lead to another kind of proxy, which no call of the API can do."""
    rule = next(one for one in world.cloud.compute.of("forwardingRules", PRODUCER))
    rule.body["target"] = f"https://www.googleapis.com/compute/v1/projects/{PRODUCER}/{HERE}/{proxy}"


def make_zone(world: World, name: str, domain: str, *, record: bool = True, network: str = NETWORK) -> None:
    seen = {"networks": [{"networkUrl": f"https://www.googleapis.com/compute/v1/{network}"}]}
    body = {
        "name": name,
        "dnsName": domain,
        "description": "x",
        "visibility": "private",
        "privateVisibilityConfig": seen,
    }
    world.call("POST", ZONES, body)
    if record:
        add_record(world, name)


def change(**fields: Any) -> Callable[[World], None]:
    """Something of a certificate that only Google, or time, changes."""
    return lambda world: world.cloud.certificates[CERTIFICATE].body.update(fields)


def upload(world: World, name: str = "orders") -> None:
    """A certificate of somebody's own."""
    uploaded = {"selfManaged": {"pemCertificate": chain_of(HOST), "pemPrivateKey": KEY}}
    place = CERTIFICATE.rpartition("/")[0]
    world.cloud.certificates.pop(f"{place}/{name}", None)
    world.call("POST", f"/certificatemanager/v1/{place}?certificateId={name}", uploaded)


def point(world: World, address: str = "10.1.0.5") -> None:
    for path, record in world.cloud.dns.items():
        if path.endswith("/A"):
            record.body["rrdatas"] = [address]


def own_zone(world: World) -> None:
    """What a deployment of the consumer makes."""
    make_zone(world, world.stacks["consumer"].items["google_dns_managed_zone.psc_endpoint"].values["name"], f"{HOST}.")


def add_record(world: World, zone: str) -> None:
    address = {"name": f"{HOST}.", "type": "A", "ttl": 300, "rrdatas": ["10.1.0.5"]}
    world.call("POST", f"{ZONES}/{zone}/rrsets", address)


def managed(state: str, **more: Any) -> Callable[[World], None]:
    """A certificate that Google issues by a DNS authorization, as long as it has not."""

    def run(world: World) -> None:
        place = CERTIFICATE.rpartition("/")[0].rpartition("/")[0]
        query = f"/certificatemanager/v1/{place}/dnsAuthorizations?dnsAuthorizationId=orders"
        world.call("POST", query, {"domain": HOST})
        issue = {"provisioningIssue": more} if state == "FAILED" else {}
        body: dict[str, Any] = {"domains": [HOST], "dnsAuthorizations": [f"{place}/dnsAuthorizations/orders"], **issue}
        record = world.cloud.certificates[CERTIFICATE]
        record.body.pop("selfManaged")
        record.body["managed"] = body
        if state == "PROVISIONING":
            body["authorizationAttemptInfo"] = [{"domain": HOST, "state": "FAILED", **more}]

    return run


def exchange(world: World, name: str = "other") -> None:
    """The proxy has another certificate than the configured one, or this."""
    if name == "other":
        upload(world, name)
    proxy = next(one for one in world.cloud.compute.of("targetHttpsProxies"))
    proxy.body["sslCertificates"] = [f"//certificatemanager.googleapis.com/{CERTIFICATE.rpartition('/')[0]}/{name}"]


def show(world: World, *networks: str) -> None:
    """Let only these networks see the zones."""
    for record in world.cloud.dns.values():
        if "privateVisibilityConfig" in record.body:
            record.body["privateVisibilityConfig"] = {"networks": [{"networkUrl": one} for one in networks]}


def ask_elsewhere(world: World) -> None:
    servers = {"targetNameServers": [{"ipv4Address": "10.9.9.9"}]}
    body = {"name": "elsewhere", "description": "x", "alternativeNameServerConfig": servers,
            "networks": [{"networkUrl": f"https://www.googleapis.com/compute/v1/{NETWORK}"}]}  # fmt: skip
    world.call("POST", POLICY.rpartition("/")[0], body)


def issue(world: World) -> None:
    """The record that proves the domain, in public DNS, and time."""
    proof = world.cloud.certificates[CERTIFICATE.replace("certificates", "dnsAuthorizations")].body["dnsResourceRecord"]
    world.enable(PRODUCER, "dns.googleapis.com")
    zones = f"/dns/v1/projects/{PRODUCER}/managedZones"
    world.call("POST", zones, {"name": "public", "dnsName": "example.com.", "description": "x"})
    record = {"name": proof["name"], "type": "CNAME", "ttl": 300, "rrdatas": [proof["data"]]}
    world.call("POST", f"{zones}/public/rrsets", record)
    world.cloud.certificates[CERTIFICATE].body["managed"].pop("provisioningIssue", None)
