"""The secrets that a service reads out of Secret Manager, and the variable of those that are fixed to a version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cloudrun_psc.rules.certificates import VERSION
from deployment.values import Json
from handover.templates import literal
from handover.variables import Validation, Variable, matches


@dataclass(frozen=True, kw_only=True)
class ReadSecret:
    """A secret that is read as `key`: a variable of the environment, or the path of a file."""

    key: str
    project: str
    secret: str
    version: str

    @property
    def is_file(self) -> bool:
        """Whether a file has it."""
        return self.key.startswith("/")

    @property
    def is_fixed(self) -> bool:
        """Whether one version is read, and not the newest."""
        return self.version != "latest"


def lift(address: str, run: Json) -> tuple[tuple[ReadSecret, ...], Variable | None]:
    """What a service reads; and a variable in place of the numbers of versions, where there are any."""
    name = f"{address}_secret_versions"
    found = [(_read(key, secret, str(at["version"]), run["project"]), at) for key, secret, at in _places(run)]
    fixed = {secret.key: secret.version for secret, _ in found if secret.is_fixed}
    for secret, at in found:
        if secret.is_fixed:
            at["version"] = f"${{var.{name}[{literal(secret.key)}]}}"
    return tuple(secret for secret, _ in found), _variable(name, run["name"], fixed) if fixed else None


def _places(run: Json) -> Iterator[tuple[str, str, Json]]:
    """Each secret by its key, as the service names it, with the block that has its version."""
    template = run["template"]
    mounts: dict[str, str] = {}
    for container in template["containers"]:
        for variable in container.get("env", []):
            if reference := variable.get("value_source", {}).get("secret_key_ref"):
                yield variable["name"], reference["secret"], reference
        mounts |= {mount["name"]: mount["mount_path"] for mount in container.get("volume_mounts", [])}
    for volume in template.get("volumes", []):
        if secret := volume.get("secret"):
            for item in secret["items"]:
                yield f"{mounts[volume['name']]}/{item['path']}", secret["secret"], item


def _read(key: str, secret: str, version: str, own: str) -> ReadSecret:
    """`secret` is a name in the service's `own` project, or projects/PROJECT/secrets/NAME."""
    parts = secret.split("/")
    return ReadSecret(key=key, project=parts[1] if len(parts) > 1 else own, secret=parts[-1], version=version)


def _variable(name: str, service: str, fixed: dict[str, str]) -> Variable:
    keys = ", ".join(literal(key) for key in sorted(fixed))
    return Variable(
        name=name,
        type="map(string)",
        description=f"The versions of the secrets that {service} reads by a number: of variables by their names, of "
        "files by their paths. Another number makes a new revision, whose instances read that version.",
        value=fixed,
        refused=dict.fromkeys(fixed, "newest"),
        validations=(
            Validation(
                condition=f"length(setsubtract([{keys}], keys(var.{name}))) == 0 && length(var.{name}) == {len(fixed)}",
                error_message=f"There is a version for each of {', '.join(sorted(fixed))}, and for nothing else.",
            ),
            Validation(
                condition=f"alltrue([for version in values(var.{name}) : {matches('version', VERSION)}])",
                error_message="A version is given by its number.",
            ),
        ),
    )
