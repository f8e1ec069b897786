"""What the producer's stack promises of each service: the outputs that consumers rely on, and a warning."""

from __future__ import annotations

from cloudrun_psc import PublishedService
from cloudrun_psc.rules.terraform_names import address_name
from stacks import advice
from stacks.contract import AUDIENCE, HOST, PORT, REGION, SELF_LINK, URL, output_name
from stacks.stack import SideStack


def promise(stack: SideStack, key: str, published: PublishedService, *, url: str, region: str, port: int) -> None:
    """The outputs of the service `key`, and a warning while an endpoint waits or was cut."""
    stack.output(output_name(key, SELF_LINK), published.self_link, f"What an endpoint for {key} points at.")
    stack.output(output_name(key, URL), url, f"The audience of an ID token for {key}; nothing to connect to.")
    stack.output(output_name(key, REGION), region, f"The region that an endpoint for {key} must be in.")
    stack.output(output_name(key, PORT), port, f"The port that an endpoint for {key} answers on.")
    endpoints = f"google_compute_service_attachment.{address_name(key)}.connected_endpoints"
    open_ = 'if endpoint.status != "ACCEPTED"'
    waiting = f'[for endpoint in {endpoints} : "${{endpoint.endpoint}} ${{endpoint.status}}" {open_}]'
    stack.check(
        f"{address_name(key)}_connections",
        f'${{alltrue([for endpoint in {endpoints} : endpoint.status == "ACCEPTED"])}}',
        f'Endpoints of {key} that are not ACCEPTED: ${{join(", ", {waiting})}}. PENDING: the project is not on the '
        f"accept list, or its limit is used; {advice.accept(key)}, or have the endpoint deleted if nobody "
        "configures it any more. REJECTED: it is on the reject list. CLOSED: the consumer re-applies. "
        "NEEDS_ATTENTION: accepted, but something of the producer is used up, such as its NAT addresses.",
    )


def promise_https(stack: SideStack, key: str, *, host: str, audience: str) -> None:
    """The outputs by which clients of the service `key` call it by its host name."""
    stack.output(output_name(key, HOST), host, f"The host name that clients of {key} call, which is no address.")
    stack.output(output_name(key, AUDIENCE), audience, f"The audience of an ID token for {key} by its host name.")
