"""What is to be there of HTTPS: the certificates of services, and the records of their hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from deployment.kinds.certificates import CERTIFICATE
from deployment.kinds.dns import RECORD_SET, ZONE
from deployment.kinds.forwarding_rule import PSC_ENDPOINT
from deployment.kinds.load_balancer import HTTPS_PROXY
from deployment.references import referred, resolved
from deployment.stack import Stack, texts
from live.names import linked, provider
from live.subjects import Named, Secured
from stacks.contract import HOST


def secured(address: str, stack: Stack) -> Secured | None:
    """HTTPS of the service that has a name in Terraform addresses; None where HTTP is spoken, or others speak it."""
    proxy = stack.items.get(f"{HTTPS_PROXY.type}.{address}")
    host = stack.items.get(f"output.{address}_{HOST}")
    if proxy is None or host is None:
        return None
    given = [*texts(proxy.values, "certificate_manager_certificates"), *texts(proxy.values, "ssl_certificates")]
    return Secured(
        host=str(host.values.get("value", "")),
        certificates=tuple(id_ for link in given for id_ in linked(link, stack)),
        made=f"{CERTIFICATE.type}.{address}" in stack.items,
    )


def named(stack: Stack, key: Callable[[str], str], deploy: str) -> Iterator[Named]:
    """The hosts of endpoints, where DNS has them."""
    for item in stack.of(RECORD_SET.type):
        address = item.address.rpartition(".")[2]
        endpoint = stack.items.get(f"{PSC_ENDPOINT.type}.{address}")
        if endpoint is None:
            continue  # a record in public DNS, which proves a certificate's domain
        zone = item.values.get("managed_zone")
        yield Named(
            label=key(address),
            host=str(item.values.get("name", "")).rstrip("."),
            address=next(iter(texts(item.values, "rrdatas")), ""),
            project=str(item.values.get("project") or provider(stack).get("project", "")),
            zone=str(resolved(zone, stack)),
            network=next(iter(linked(endpoint.values.get("network"), stack)), ""),
            made=any(one.startswith(f"{ZONE.type}.") for one, _ in referred(zone)),
            deploy=deploy,
        )
