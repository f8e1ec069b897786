"""What the producer promises to its consumers: the names of its outputs. Changing one breaks every consumer."""

from __future__ import annotations

SELF_LINK = "service_attachment_self_link"
URL = "url"
REGION = "region"
PORT = "port"


def output_name(key: str, what: str) -> str:
    """The name of an output about the service or endpoint of this key: hello_service_attachment_self_link."""
    # Here: it brings cdktf with it, and the names above are read by commands that never import that.
    from cloudrun_psc.addresses import address_name

    return f"{address_name(key)}_{what}"
