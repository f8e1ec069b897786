"""The Cloud Run service that a service of the producer publishes: our own, or one that exists."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable

from cloudrun_psc import Container, ExistingService, PrivateService, Probe, SecretReference, VpcAccess
from cloudrun_psc.rules.terraform_names import address_name
from config import accounts
from config.settings import ServiceSettings, Settings
from constructs import Construct
from stacks.callers import Callers
from stacks.stack import SideStack


def cloud_run_service(
    stack: SideStack, scope: Construct, key: str, service: ServiceSettings, settings: Settings, *, project: str,
    callers: Callers, apis: Sequence[ITerraformDependable],
) -> PrivateService | ExistingService:  # fmt: skip
    """The Cloud Run service behind the service `key`, with its invokers let in."""
    address = address_name(key)
    former = address_name(service.former_key) if service.former_key else None
    run: PrivateService | ExistingService
    if service.run_service is not None:
        run = ExistingService(
            scope,
            "service",
            project=project,
            region=settings.region,
            name=service.run_service,
            depends_on=apis,
            address=address,
            former_address=former,
        )
        _check_ingress(stack, address, service.run_service)
    else:
        runner = accounts.runner(settings, service)
        reads_secrets = bool(service.secrets or service.secret_files)
        run = PrivateService(
            scope,
            "service",
            project=project,
            region=settings.region,
            name=service.names.service,
            container=_container(service),
            service_account=service.service_account,
            # Google's default account runs a service that names none.
            secret_accessor=callers.email(runner) if reads_secrets else None,
            secret_accessor_key=runner.name,
            labels=service.labels,
            annotations=service.annotations,
            audiences=service.every_audience,
            default_url=service.default_url,
            deletion_protection=settings.deletion_protection,
            external_revisions=service.revisions == "external",
            depends_on=apis,
            address=address,
            former_address=former,
        )
    callers.let_in(service, run)
    return run


def _check_ingress(stack: SideStack, address: str, name: str) -> None:
    stack.check(
        f"{address}_ingress",
        f'${{data.google_cloud_run_v2_service.{address}.ingress != "INGRESS_TRAFFIC_ALL"}}',
        f"The Cloud Run service {name} is open to the internet as well: its ingress is all. Whoever "
        "owns it sets it to internal.",
    )


def _container(service: ServiceSettings) -> Container:
    scaling, vpc_access = service.scaling, service.vpc_access
    return Container(
        image=service.image,
        command=service.command,
        args=service.args,
        port=service.container_port,
        h2c=service.h2c,
        env=service.env,
        secrets={name: SecretReference(**secret.model_dump()) for name, secret in service.secrets.items()},
        secret_files={path: SecretReference(**secret.model_dump()) for path, secret in service.secret_files.items()},
        cpu=service.cpu,
        memory=service.memory,
        cpu_idle=service.cpu_idle,
        startup_cpu_boost=service.startup_cpu_boost,
        min_instances=scaling.min_instances,
        max_instances=scaling.max_instances,
        concurrency=service.concurrency,
        timeout_seconds=service.timeout_seconds,
        execution_environment=service.execution_environment,
        startup_probe=Probe(**service.startup_probe.model_dump()) if service.startup_probe else None,
        liveness_probe=Probe(**service.liveness_probe.model_dump()) if service.liveness_probe else None,
        vpc_access=VpcAccess(subnetwork=vpc_access.subnet, egress=vpc_access.egress, tags=vpc_access.tags)
        if vpc_access
        else None,
    )
