"""What the producer promises to its consumers: the names of its outputs. Changing one breaks every consumer."""

from __future__ import annotations

from cloudrun_psc.rules.terraform_names import address_name

SELF_LINK = "service_attachment_self_link"
URL = "url"
REGION = "region"
PORT = "port"


def output_name(key: str, what: str) -> str:
    """The name of an output about the service or endpoint of this key: hello_service_attachment_self_link."""
    return f"{address_name(key)}_{what}"
