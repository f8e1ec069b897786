"""Who may call a Cloud Run service: what services of ours and those of others have in common."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable, TerraformElement, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.cloud_run_v2_service_iam_member import CloudRunV2ServiceIamMember

from cloudrun_psc.addresses import claim, resource_address
from cloudrun_psc.checks import is_known, known
from cloudrun_psc.former_addresses import formerly
from cloudrun_psc.rules import access
from cloudrun_psc.rules.faults import Fault, refuse
from cloudrun_psc.rules.terraform_names import address_name, member_name
from constructs import Construct


class CallableService(Construct):
    """A Cloud Run service that only named invokers may call.

    Google has one binding of a resource, role and member, and so has the stack: its Terraform address is made of these,
    and stays whoever else wants it, or no longer does. Two addresses for one binding would take it from each other.
    """

    def __init__(
        self, scope: Construct, id_: str, *, project: str, region: str, name: str, address: str | None,
        former_address: str | None = None,
    ) -> None:  # fmt: skip
        """A service `name`, whose grants have `address` (or the construct's own) in front of their addresses."""
        super().__init__(scope, id_)
        self.name = name
        self._project, self._region = project, region
        self._invokers: dict[str, tuple[str, CloudRunV2ServiceIamMember]] = {}
        self._address = resource_address(self, address)
        self._former_address = former_address

    def _reference(self) -> str:
        """The service's name as grants have it, where a reference makes Terraform wait for it."""
        return self.name

    def _triggers(self) -> list[str]:
        """What replaces the grants with it."""
        return []

    def _formerly(self, grant: TerraformElement, address: str, *names: str) -> None:
        """Grants were once named by whoever wanted them: this service, and a key."""
        stems = [self._address, *([self._former_address] if self._former_address else [])]
        formerly(grant, address, *(f"{stem}_{name}" for stem in stems for name in names))

    def allow_invoker(
        self,
        invoker: str,
        *,
        key: str | None = None,
        former_keys: Sequence[str] = (),
        depends_on: Sequence[ITerraformDependable] = (),
    ) -> CloudRunV2ServiceIamMember:
        """Give `invoker` roles/run.invoker on this service, and return the grant.

        The Terraform address is made of the invoker; `key` names one that only Terraform will know. By `former_keys`
        earlier versions named it. Naming the same invoker again changes nothing.

        Raises:
            ValueError: for everyone (`allUsers`, `allAuthenticatedUsers`), for what is not an IAM member, for an
                unknown invoker without a key, and when `key` stands for another invoker already.
        """
        unnamed = nameless(invoker, key)
        refuse(self.node.path, [("allow_invoker", known(invoker, access.invoker)), ("allow_invoker", unnamed)])
        member, name = access.member(invoker), account_name(invoker, key)
        type_ = "google_cloud_run_v2_service_iam_member"
        address = f"{type_}.{self._address}_{name}"
        granted, grant = self._invokers.get(name, (None, None))
        if grant is None:
            grant = self._grant(member, name, depends_on)
            claim(grant, type_, f"{self._address}_{name}")
            self._invokers[name] = access.identity(invoker), grant
        elif granted != access.identity(invoker):
            raise ValueError(f"{self.node.path}: allow_invoker: {name!r} is {granted}, not also {member}")
        spelled = [*former_keys, *([key] if key else []), *([invoker] if is_known(invoker) else [])]
        self._formerly(grant, address, name, *(address_name(each) for each in spelled))
        return grant

    def _grant(self, member: str, name: str, depends_on: Sequence[ITerraformDependable]) -> CloudRunV2ServiceIamMember:
        triggers = self._triggers()
        return CloudRunV2ServiceIamMember(
            self,
            f"Invoker {name}",
            project=self._project,
            location=self._region,
            name=self._reference(),
            role="roles/run.invoker",
            member=member,
            depends_on=list(depends_on) or None,
            lifecycle=TerraformResourceLifecycle(replace_triggered_by=triggers) if triggers else None,
        )


def account_name(account: str, key: str | None) -> str:
    """An account in a Terraform address: itself, or its key where only Terraform will know it."""
    return member_name(account) if is_known(account) else address_name(key or "")


def nameless(account: str, key: str | None) -> Fault | None:
    """An account that only Terraform will know needs a key."""
    if key or is_known(account):
        return None
    return Fault(
        wrong="an account that only Terraform will know has no name for its Terraform address",
        allowed="such an account with a key",
        remedy="give a key",
    )
