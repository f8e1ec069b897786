"""The Cloud Run service: internal ingress, IAM required, nobody let in unless named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.cloud_run_v2_service import (
    CloudRunV2Service,
    CloudRunV2ServiceTemplate,
    CloudRunV2ServiceTemplateContainers,
    CloudRunV2ServiceTemplateContainersEnv,
    CloudRunV2ServiceTemplateContainersEnvValueSource,
    CloudRunV2ServiceTemplateContainersEnvValueSourceSecretKeyRef,
    CloudRunV2ServiceTemplateContainersPorts,
    CloudRunV2ServiceTemplateContainersResources,
    CloudRunV2ServiceTemplateScaling,
)
from cdktf_cdktf_provider_google.cloud_run_v2_service_iam_member import CloudRunV2ServiceIamMember
from cdktf_cdktf_provider_google.secret_manager_secret_iam_member import SecretManagerSecretIamMember

from cloudrun_psc.addresses import claim, resource_address
from cloudrun_psc.checks import is_known, known
from cloudrun_psc.rules import access, bounds, defaults, instance_sizes, names
from cloudrun_psc.rules.faults import Fault, refuse
from cloudrun_psc.rules.terraform_names import address_name, secret_name
from constructs import Construct

INGRESS = "INGRESS_TRAFFIC_INTERNAL_ONLY"
_BOUNDS = {"port": bounds.PORT, "timeout_seconds": bounds.TIMEOUT_SECONDS, "concurrency": bounds.CONCURRENCY}


@dataclass(frozen=True, kw_only=True)
class SecretReference:
    """A Secret Manager secret: its short name (same project) or projects/PROJECT/secrets/NAME, and a version."""

    secret: str
    version: str = defaults.SECRET_VERSION


@dataclass(frozen=True, kw_only=True)
class Container:
    """What runs. A value left at None is Cloud Run's own default and is not sent.

    image: container image. port: the container's port, 1 to 65535. env: plain environment variables.
    secrets: environment variables out of Secret Manager. cpu: such as "1" or "500m". memory: such as "512Mi".
    min_instances, max_instances: scaling per revision. concurrency: requests per instance at a time.
    timeout_seconds: request timeout, 1 to 3600.
    """

    image: str = defaults.IMAGE
    port: int | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, SecretReference] = field(default_factory=dict)
    cpu: str | None = None
    memory: str | None = None
    min_instances: int | None = None
    max_instances: int | None = None
    concurrency: int | None = None
    timeout_seconds: int | None = None


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
                *_container_faults(container),
                *[("labels", known(key, names.label_key)) for key in labels or {}],
                *[("labels", known(value, names.label_value)) for value in (labels or {}).values()],
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
            deletion_protection=deletion_protection,
            template=_template(container, service_account),
            depends_on=[*depends_on, *self._secret_access(container, secret_accessor or service_account, depends_on)],
        )
        claim(self.resource, "google_cloud_run_v2_service", self._address)
        for key, invoker in invokers.items() if isinstance(invokers, Mapping) else [(i, i) for i in invokers]:
            self.allow_invoker(invoker, key=key)

    def _secret_access(
        self, container: Container, accessor: str | None, depends_on: Sequence[ITerraformDependable]
    ) -> list[ITerraformDependable]:
        """Without it the first revision fails to start; no accessor means that somebody else has granted it."""
        granted: list[ITerraformDependable] = []
        own = f"projects/{self._project}/secrets/"
        secrets = {reference.secret.removeprefix(own) for reference in container.secrets.values()}
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


def _container_faults(container: Container) -> list[tuple[str, Fault | None]]:
    faults: list[tuple[str, Fault | None]] = [("container.image", known(container.image, names.image))]
    faults += [
        (f"container.env {name}", names.environment_variable(name)) for name in (*container.env, *container.secrets)
    ]
    both = Fault(wrong="given both as a value and as a secret")
    faults += [(f"container.env {name}", both) for name in sorted(container.env.keys() & container.secrets.keys())]
    for key, allowed in _BOUNDS.items():
        value = getattr(container, key)
        if value is not None and is_known(value) and not allowed.least <= value <= allowed.most:
            faults.append((f"container.{key}", Fault(wrong=f"{value} is out of bounds", allowed=str(allowed))))
    return [*faults, *_size_faults(container)]


def _size_faults(container: Container) -> list[tuple[str, Fault | None]]:
    cpu, memory = _limits(container).values()
    if not is_known(cpu):
        return []
    fault = instance_sizes.cpu(cpu)
    if fault is not None:
        return [("container.cpu", fault)]
    return [
        ("container.memory", known(memory, partial(instance_sizes.memory, cpu_quantity=cpu))),
        (
            "container.concurrency",
            instance_sizes.concurrency(container.concurrency, cpu)
            if container.concurrency is not None and is_known(container.concurrency)
            else None,
        ),
    ]


def _limits(container: Container) -> dict[str, str]:
    return {
        "cpu": container.cpu or instance_sizes.DEFAULT_CPU,
        "memory": container.memory or instance_sizes.DEFAULT_MEMORY,
    }


def _concurrency(container: Container) -> int | None:
    """Below one CPU said aloud: the provider would send the 80 of a former size back, which Cloud Run refuses."""
    if container.concurrency is None and container.cpu and is_known(container.cpu):
        return 1 if instance_sizes.cpus(container.cpu) < 1 else None
    return container.concurrency


def _template(container: Container, service_account: str | None) -> CloudRunV2ServiceTemplate:
    scaling = None
    if container.min_instances is not None or container.max_instances is not None:
        scaling = CloudRunV2ServiceTemplateScaling(
            min_instance_count=container.min_instances, max_instance_count=container.max_instances
        )
    return CloudRunV2ServiceTemplate(
        service_account=service_account,
        timeout=f"{container.timeout_seconds}s" if container.timeout_seconds is not None else None,
        max_instance_request_concurrency=_concurrency(container),
        scaling=scaling,
        containers=[
            CloudRunV2ServiceTemplateContainers(
                image=container.image,
                ports=CloudRunV2ServiceTemplateContainersPorts(container_port=container.port)
                if container.port is not None
                else None,
                env=_environment(container) or None,
                resources=_resources(container),
            )
        ],
    )


def _resources(container: Container) -> CloudRunV2ServiceTemplateContainersResources | None:
    """Nothing while both limits are Cloud Run's own; else both, as the one left out would come back as a difference.

    With limits given and `cpu_idle` left out, the API keeps the CPU allocated, and charged, between requests.
    """
    if not container.cpu and not container.memory:
        return None
    return CloudRunV2ServiceTemplateContainersResources(limits=_limits(container), cpu_idle=True)


def _environment(container: Container) -> list[CloudRunV2ServiceTemplateContainersEnv]:
    """Sorted by name: the order of a mapping must not show up as a change."""
    plain = {
        name: CloudRunV2ServiceTemplateContainersEnv(name=name, value=value) for name, value in container.env.items()
    }
    secret = {
        name: CloudRunV2ServiceTemplateContainersEnv(
            name=name,
            value_source=CloudRunV2ServiceTemplateContainersEnvValueSource(
                secret_key_ref=CloudRunV2ServiceTemplateContainersEnvValueSourceSecretKeyRef(
                    secret=reference.secret, version=reference.version
                )
            ),
        )
        for name, reference in container.secrets.items()
    }
    return [variable for _, variable in sorted((plain | secret).items())]
