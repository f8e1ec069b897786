"""The Cloud Run service: internal ingress, IAM required, nobody let in unless named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.cloud_run_v2_service import CloudRunV2Service
from cdktf_cdktf_provider_google.cloud_run_v2_service_iam_member import CloudRunV2ServiceIamMember
from cdktf_cdktf_provider_google.secret_manager_secret_iam_member import SecretManagerSecretIamMember

from cloudrun_psc.addresses import claim, resource_address
from cloudrun_psc.checks import known
from cloudrun_psc.container import Container, container_faults
from cloudrun_psc.revision_template import template
from cloudrun_psc.rules import access, names, services
from cloudrun_psc.rules.faults import refuse
from cloudrun_psc.rules.terraform_names import address_name, secret_name
from cloudrun_psc.service_settings import remember
from constructs import Construct

INGRESS = "INGRESS_TRAFFIC_INTERNAL_ONLY"


class PrivateService(Construct):
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
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        deletion_protection: bool = False,
        invokers: Mapping[str, str] | Sequence[str] = (),
        depends_on: Sequence[ITerraformDependable] = (),
        address: str | None = None,
    ) -> None:
        """Create the service; `invokers` is replayed through `allow_invoker` (a mapping gives the keys).

        `secret_accessor` is the account that reads the container's secrets, by default `service_account`; it gets
        roles/secretmanager.secretAccessor on each of them before the service starts.

        Raises:
            ValueError: for values that Cloud Run would refuse, and for invokers that would let everyone in.
        """
        super().__init__(scope, id_)
        self.name = name
        self._project, self._region = project, region
        self._invokers: dict[str, str] = {}
        self._address = resource_address(self, address)
        container = container or Container()
        refuse(
            self.node.path,
            [
                ("project", known(project, names.project_id)),
                ("region", known(region, names.region)),
                ("name", known(name, names.cloud_run_name)),
                ("service_account", known(service_account, access.service_account) if service_account else None),
                *container_faults(container),
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
            depends_on=[*depends_on, *self._secret_access(container, secret_accessor or service_account, depends_on)],
        )
        claim(self.resource, "google_cloud_run_v2_service", self._address)
        remember(self, self._address, name, container, service_account)
        for key, invoker in invokers.items() if isinstance(invokers, Mapping) else [(i, i) for i in invokers]:
            self.allow_invoker(invoker, key=key)

    def _secret_access(
        self, container: Container, accessor: str | None, depends_on: Sequence[ITerraformDependable]
    ) -> list[ITerraformDependable]:
        """Without it the first revision fails to start; no accessor means that somebody else has granted it."""
        granted: list[ITerraformDependable] = []
        own = f"projects/{self._project}/secrets/"
        secrets = {reference.secret.removeprefix(own) for reference in container.secret_references}
        for secret in sorted(secrets) if accessor else []:
            name = secret_name(secret, self._project)
            resource = SecretManagerSecretIamMember(
                self,
                f"Secret {secret}".replace("/", " "),
                project=secret.split("/")[1] if "/" in secret else self._project,
                secret_id=secret,
                role="roles/secretmanager.secretAccessor",
                member=f"serviceAccount:{accessor}",
                depends_on=list(depends_on),
            )
            claim(resource, "google_secret_manager_secret_iam_member", f"{self._address}_{name}")
            granted.append(resource)
        return granted

    @property
    def url(self) -> str:
        """The run.app URL: the audience that a caller's ID token must carry, and nothing to connect to."""
        return str(self.resource.uri)

    def allow_invoker(
        self, invoker: str, *, key: str | None = None, depends_on: Sequence[ITerraformDependable] = ()
    ) -> None:
        """Give `invoker` roles/run.invoker on this service. `key` names it in the Terraform address.

        Naming the same invoker again changes nothing.

        Raises:
            ValueError: for everyone (`allUsers`, `allAuthenticatedUsers`), for what is not an IAM member, and when
                `key` stands for another invoker already.
        """
        refuse(self.node.path, [("allow_invoker", known(invoker, access.invoker))])
        member, name = access.member(invoker), address_name(key or invoker)
        if member in self._invokers.values():
            return
        if name in self._invokers:
            raise ValueError(f"{self.node.path}: allow_invoker: {name!r} is {self._invokers[name]}, not also {member}")
        self._invokers[name] = member
        resource = CloudRunV2ServiceIamMember(
            self,
            f"Invoker {name}",
            project=self._project,
            location=self._region,
            name=self.resource.name,
            role="roles/run.invoker",
            member=member,
            depends_on=list(depends_on),
            lifecycle=TerraformResourceLifecycle(
                replace_triggered_by=[f"google_cloud_run_v2_service.{self._address}.uid"]
            ),
        )
        claim(resource, "google_cloud_run_v2_service_iam_member", f"{self._address}_{name}")
