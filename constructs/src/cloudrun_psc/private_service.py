"""The Cloud Run service: internal ingress, IAM required, nobody let in unless named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_google.cloud_run_v2_service import CloudRunV2Service
from cdktf_cdktf_provider_google.secret_manager_secret_iam_member import SecretManagerSecretIamMember

from cloudrun_psc.addresses import claim, holder
from cloudrun_psc.callable_service import CallableService, account_name, nameless
from cloudrun_psc.checks import known
from cloudrun_psc.container import Container, container_faults
from cloudrun_psc.revision_template import template
from cloudrun_psc.rules import access, names, services
from cloudrun_psc.rules.faults import Fault, refuse
from cloudrun_psc.rules.provider_versions import DEFAULT_URI_DISABLED
from cloudrun_psc.rules.terraform_names import secret_name
from cloudrun_psc.service_settings import remember
from constructs import Construct

INGRESS = "INGRESS_TRAFFIC_INTERNAL_ONLY"


# What `gcloud run deploy` and its kind set, and the next apply would put back.
_OF_A_PIPELINE = [
    "build_config",
    "client",
    "client_version",
    "template[0].annotations",
    "template[0].containers",
    "template[0].labels",
    "template[0].revision",
]


class PrivateService(CallableService):
    """A Cloud Run service that only internal traffic reaches and only named invokers may call.

    Google's default compute account runs it unless `service_account` names another. Replacing the service drops its
    IAM bindings at Google without a word; the bindings here are replaced together with it.
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
        audiences: Sequence[str] = (),
        default_url: bool = True,
        deletion_protection: bool = False,
        external_revisions: bool = False,
        invokers: Mapping[str, str] | Sequence[str] = (),
        depends_on: Sequence[ITerraformDependable] = (),
        address: str | None = None,
        former_address: str | None = None,
    ) -> None:
        """Create the service; `invokers` is replayed through `allow_invoker` (a mapping gives the keys).

        An ID token's audience is the service's URL, or one of `audiences`. Without `default_url` there is no such URL:
        the first of `audiences`, of which there must be one, stands for it. Needs provider 7.7 or newer.
        `secret_accessor` is the account that reads the container's secrets, by default `service_account`; it gets
        roles/secretmanager.secretAccessor on each of them before the service starts. `secret_accessor_key` names it in
        Terraform addresses where only Terraform will know it. `former_address` is the `address` that it had before:
        `moved_blocks` of `former_addresses` then has its grants, too. With `external_revisions` a pipeline deploys
        them: `container` is that of the first one, and no apply puts back what came later.

        Raises:
            ValueError: for values that Cloud Run would refuse, and for invokers that would let everyone in.
        """
        super().__init__(
            scope, id_, project=project, region=region, name=name, address=address, former_address=former_address
        )
        container = container or Container()
        self._audiences = sorted(set(audiences))
        self._default_url = default_url
        accessor = secret_accessor or service_account
        refuse(
            self.node.path,
            [
                ("project", known(project, names.project_id)),
                ("region", known(region, names.region)),
                ("name", known(name, names.cloud_run_name)),
                ("service_account", known(service_account, access.service_account) if service_account else None),
                ("default_url", self._no_audience()),
                *container_faults(container),
                ("secret_accessor_key", nameless(accessor, secret_accessor_key) if accessor else None),
                *_label_faults(labels or {}, annotations or {}),
            ],
        )
        secret_access = self._secret_access(container, accessor, secret_accessor_key, depends_on)
        self.resource = CloudRunV2Service(
            self,
            "Resource",
            project=project,
            location=region,
            name=name,
            ingress=INGRESS,
            labels=dict(labels) if labels else None,
            annotations=dict(annotations) if annotations else None,
            # A list to the provider, a set to Google: sorted, so that their order is no change.
            custom_audiences=self._audiences or None,
            deletion_protection=deletion_protection,
            template=template(container, service_account),
            lifecycle=TerraformResourceLifecycle(ignore_changes=_OF_A_PIPELINE) if external_revisions else None,
            depends_on=[*depends_on, *secret_access] or None,
        )
        claim(self.resource, "google_cloud_run_v2_service", self._address)
        if not default_url:
            self.resource.add_override(DEFAULT_URI_DISABLED.name, True)
        remember(self, self._address, name, container, service_account)
        for key, invoker in invokers.items() if isinstance(invokers, Mapping) else [(None, i) for i in invokers]:
            self.allow_invoker(invoker, key=key)

    def _no_audience(self) -> Fault | None:
        if self._default_url or self._audiences:
            return None
        return Fault(wrong="no audience is left for ID tokens", remedy="give audiences")

    def _secret_access(
        self, container: Container, accessor: str | None, key: str | None, depends_on: Sequence[ITerraformDependable]
    ) -> list[ITerraformDependable]:
        """Without it the first revision fails to start; no accessor means that somebody else has granted it."""
        if not accessor:
            return []
        own = f"projects/{self._project}/secrets/"
        secrets = {reference.secret.removeprefix(own) for reference in container.secret_references}
        return [self._secret_grant(secret, accessor, key, depends_on) for secret in sorted(secrets)]

    def _secret_grant(
        self, secret: str, accessor: str, key: str | None, depends_on: Sequence[ITerraformDependable]
    ) -> ITerraformDependable:
        stack, type_ = TerraformStack.of(self), "google_secret_manager_secret_iam_member"
        where = secret_name(secret, self._project)
        name = f"{where}_{account_name(accessor, key)}"
        address, member = f"{type_}.{name}", access.member(accessor)
        grant = holder(self, address)
        if grant is None:
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
        elif (
            not isinstance(grant, SecretManagerSecretIamMember)
            or (grant.secret_id_input, grant.member_input) != (secret, member)
        ):  # fmt: skip
            raise ValueError(f"{self.node.path}: the Terraform address {address} is taken by {grant.node.path}")
        self._formerly(grant, address, where)
        return grant

    def _reference(self) -> str:
        return str(self.resource.name)

    def _triggers(self) -> list[str]:
        return [f"google_cloud_run_v2_service.{self._address}.uid"]

    @property
    def url(self) -> str:
        """The audience of a caller's ID token, and nothing to connect to: the run.app URL, if there is one."""
        return str(self.resource.uri) if self._default_url else self._audiences[0]


def _label_faults(labels: Mapping[str, str], annotations: Mapping[str, str]) -> list[tuple[str, Fault | None]]:
    return [
        *[("labels", known(key, names.label_key)) for key in labels],
        *[("labels", known(value, names.label_value)) for value in labels.values()],
        *[("annotations", known(key, services.annotation_key)) for key in annotations],
    ]
