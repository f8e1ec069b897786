"""The variable of a certificate out of Secret Manager: which versions of which secrets it is made of."""

from __future__ import annotations

from typing import Any

from cloudrun_psc.rules.certificates import VERSION as NUMBER
from deployment.kinds.certificates import CERTIFICATE
from deployment.kinds.secrets import EPHEMERAL_VERSION, VERSION
from deployment.values import Json
from handover.variables import Validation, Variable, matches

_PARTS = ("certificate", "key")
_PLACE = ("project", "secret", "version")


def lift(address: str, stack: Json) -> Variable | None:
    """Put a variable in place of the secrets of a service's certificate, where it is made of any.

    The certificate keeps its name, so another version is an update in place (provider 7.45).
    """
    made = stack.get("resource", {}).get(CERTIFICATE.type, {}).get(address, {})
    if "self_managed" not in made:
        return None
    name = f"{address}_pem"
    ephemeral = stack["ephemeral"][EPHEMERAL_VERSION.type.rpartition(".")[2]]
    chain = stack["data"][VERSION.type.rpartition(".")[2]][address]
    read = {part: ephemeral[f"{address}_{part}"] for part in _PARTS}
    present = {part: {key: block[key] for key in _PLACE} for part, block in read.items()}
    for part, block in (*read.items(), ("certificate", chain)):
        block |= {key: f"${{var.{name}.{part}.{key}}}" for key in _PLACE}
    made["self_managed"]["pem_private_key_wo_version"] = f"${{var.{name}.key.version}}"
    for values in (chain, made):
        values["lifecycle"]["precondition"] = [
            _named(one, name, present) for one in values["lifecycle"]["precondition"]
        ]
    return Variable(
        name=name,
        type=f"map(object({{ {', '.join(f'{key} = string' for key in _PLACE)} }}))",
        description="The secrets with the certificate chain and its private key as PEM, each with the number of its "
        "version. Another version is uploaded in place of the former one.",
        value=present,
        refused={part: place | {"version": "latest"} for part, place in present.items()},
        validations=(
            Validation(
                condition=f'join(" ", keys(var.{name})) == "{" ".join(_PARTS)}"',
                error_message="There is one certificate and one key.",
            ),
            Validation(
                condition=" && ".join(matches(f"var.{name}.{part}.version", NUMBER) for part in _PARTS),
                error_message="A version is given by its number.",
            ),
        ),
    )


# As the construct's messages name a version.
_PLACED = "Version {version} of projects/{project}/secrets/{secret}"


def _named(condition: Json, name: str, present: dict[str, Any]) -> Json:
    """A condition whose message names the secrets as they are then."""
    text = str(condition["error_message"])
    for part, place in present.items():
        now = {key: f"${{var.{name}.{part}.{key}}}" for key in _PLACE}
        text = text.replace(_PLACED.format(**place), _PLACED.format(**now))
    return condition | {"error_message": text}
