"""The Cloud Run service: internal ingress, IAM required, nobody let in unless named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable, TerraformElement, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_google.cloud_run_v2_service import CloudRunV2Service
from cdktf_cdktf_provider_google.cloud_run_v2_service_iam_member import CloudRunV2ServiceIamMember
from cdktf_cdktf_provider_google.secret_manager_secret_iam_member import SecretManagerSecretIamMember

from cloudrun_psc.addresses import claim, holder, resource_address
from cloudrun_psc.checks import is_known, known
from cloudrun_psc.container import Container, container_faults
from cloudrun_psc.former_addresses import formerly
from cloudrun_psc.revision_template import template
from cloudrun_psc.rules import access, names, services
from cloudrun_psc.rules.faults import Fault, refuse
from cloudrun_psc.rules.terraform_names import address_name, member_name, secret_name
from cloudrun_psc.service_settings import remember
from constructs import Construct

INGRESS = "INGRESS_TRAFFIC_INTERNAL_ONLY"


class PrivateService(Construct):
    """A Cloud Run service that only internal traffic reaches and only named invokers may call.

    Google's default compute account runs it unless `service_account` names another. Replacing the service drops its
    IAM bindings at Google without a word; the bindings here are replaced together with it.

    Google has one binding of a resource, role and member, and so has the stack: its Terraform address is made of these,
    and stays whoever else wants it, or no longer does. Two addresses for one binding would take it from each other.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        project: str,
        region: str,
        name: str,
        container: Container | None = None,
        service_account: str | None = None,
        secret_accessor: str | None = None,
        secret_accessor_key: str | None = None,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        deletion_protection: bool = False,
        invokers: Mapping[str, str] | Sequence[str] = (),
        depends_on: Sequence[ITerraformDependable] = (),
        address: str | None = None,
        former_address: str | None = None,
    ) -> None:
        """Create the service; `invokers` is replayed through `allow_invoker` (a mapping gives the keys).

        `secret_accessor` is the account that reads the container's secrets, by default `service_account`; it gets
        roles/secretmanager.secretAccessor on each of them before the service starts. `secret_accessor_key` names it in
        Terraform addresses where only Terraform will know it. `former_address` is the `address` that it had before:
        `moved_blocks` of `former_addresses` then has its grants, too.

        Raises:
            ValueError: for values that Cloud Run would refuse, and for invokers that would let everyone in.
        """
        super().__init__(scope, id_)
        self.name = name
        self._project, self._region = project, region
        self._invokers: dict[str, tuple[str, CloudRunV2ServiceIamMember]] = {}
        self._address = resource_address(self, address)
        self._former_address = former_address
        container = container or Container()
        accessor = secret_accessor or service_account
        refuse(
            self.node.path,
            [
                ("project", known(project, names.project_id)),
                ("region", known(region, names.region)),
                ("name", known(name, names.cloud_run_name)),
                ("service_account", known(service_account, access.service_account) if service_account else None),
                *container_faults(container),
                ("secret_accessor_key", _nameless(accessor, secret_accessor_key) if accessor else None),
                *[("labels", known(key, names.label_key)) for key in labels or {}],
                *[("labels", known(value, names.label_value)) for value in (labels or {}).values()],
                *[("annotations", known(key, services.annotation_key)) for key in annotations or {}],
            ],
        )
        self.resource = CloudRunV2Service(
            self,
            "Resource",
            project=project,
            location=region,
            name=name,
            ingress=INGRESS,
            labels=dict(labels) if labels else None,
            annotations=dict(annotations) if annotations else None,
            deletion_protection=deletion_protection,
            template=template(container, service_account),
            depends_on=[
                *depends_on,
                *(self._secret_access(container, accessor, secret_accessor_key, depends_on) if accessor else ()),
            ]
            or None,
        )
        claim(self.resource, "google_cloud_run_v2_service", self._address)
        remember(self, self._address, name, container, service_account)
        for key, invoker in invokers.items() if isinstance(invokers, Mapping) else [(None, i) for i in invokers]:
            self.allow_invoker(invoker, key=key)

    def _secret_access(
        self, container: Container, accessor: str, key: str | None, depends_on: Sequence[ITerraformDependable]
    ) -> list[ITerraformDependable]:
        """Without it the first revision fails to start; no accessor means that somebody else has granted it."""
        own = f"projects/{self._project}/secrets/"
        secrets = {reference.secret.removeprefix(own) for reference in container.secret_references}
        return [self._secret_grant(secret, accessor, key, depends_on) for secret in sorted(secrets)]

    def _secret_grant(
        self, secret: str, accessor: str, key: str | None, depends_on: Sequence[ITerraformDependable]
    ) -> ITerraformDependable:
        stack, type_ = TerraformStack.of(self), "google_secret_manager_secret_iam_member"
        where = secret_name(secret, self._project)
        name = f"{where}_{_account_name(accessor, key)}"
        address, member = f"{type_}.{name}", access.member(accessor)
        grant = holder(self, address)
        if not isinstance(grant, SecretManagerSecretIamMember) or grant.member_input != member:
            grant = SecretManagerSecretIamMember(
                stack,
                f"Secret {name}",
                project=secret.split("/")[1] if "/" in secret else self._project,
                secret_id=secret,
                role="roles/secretmanager.secretAccessor",
                member=member,
                depends_on=list(depends_on) or None,
            )
            claim(grant, type_, name)
        self._formerly(grant, address, where)
        return grant

    def _formerly(self, grant: TerraformElement, address: str, *names: str) -> None:
        """Grants were once named by whoever wanted them: this service, and a key."""
        stems = [self._address, *([self._former_address] if self._former_address else [])]
        formerly(grant, address, *(f"{stem}_{name}" for stem in stems for name in names))

    @property
    def url(self) -> str:
        """The run.app URL: the audience that a caller's ID token must carry, and nothing to connect to."""
        return str(self.resource.uri)

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
        nameless = _nameless(invoker, key)
        refuse(self.node.path, [("allow_invoker", known(invoker, access.invoker)), ("allow_invoker", nameless)])
        member, name = access.member(invoker), _account_name(invoker, key)
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
        return CloudRunV2ServiceIamMember(
            self,
            f"Invoker {name}",
            project=self._project,
            location=self._region,
            name=self.resource.name,
            role="roles/run.invoker",
            member=member,
            depends_on=list(depends_on) or None,
            lifecycle=TerraformResourceLifecycle(
                replace_triggered_by=[f"google_cloud_run_v2_service.{self._address}.uid"]
            ),
        )


def _account_name(account: str, key: str | None) -> str:
    """An account in a Terraform address: itself, or its key where only Terraform will know it."""
    return member_name(account) if is_known(account) else address_name(key or "")


def _nameless(account: str, key: str | None) -> Fault | None:
    if key or is_known(account):
        return None
    return Fault(
        wrong="an account that only Terraform will know has no name for its Terraform address",
        allowed="such an account with a key",
        remedy="give a key",
    )
