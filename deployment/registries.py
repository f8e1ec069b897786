"""Where Terraform and OpenTofu have the google provider from: one provider, by two names."""

from __future__ import annotations

# https://opentofu.org/docs/language/providers/requirements: each program has its own default registry.
HOSTS = ("registry.terraform.io", "registry.opentofu.org")
GOOGLE = tuple(f"{host}/hashicorp/google" for host in HOSTS)


def short(address: str) -> str:
    """A provider's address without a registry of those two, and with `hashicorp` where no namespace is given."""
    parts = address.split("/")
    if len(parts) == 3 and parts[0] in HOSTS:
        parts = parts[1:]
    return "/".join(parts if len(parts) > 1 else ["hashicorp", *parts])
