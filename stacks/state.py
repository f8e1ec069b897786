"""Where each stack keeps its Terraform state, and how the consumer reads the producer's.

Environment and stack stand in every path and prefix, so that no two of them ever share a state. Paths are relative to
the stack's folder: the synthesized files are the same wherever the checkout lies.
"""

from __future__ import annotations

from cdktf import (
    DataTerraformRemoteStateGcs,
    DataTerraformRemoteStateLocal,
    GcsBackend,
    LocalBackend,
    Precondition,
    TerraformStack,
)

from config.settings import Settings
from stacks import advice
from stacks.contract import STATE, STATE_IF_THERE, port_suffix, reading, reading_either
from stacks.layout import PRODUCER, local_state


def gcs_prefix(settings: Settings, stack: str) -> str:
    """The bucket prefix of a stack's state."""
    return f"{settings.state.prefix}/{settings.environment}/{stack}"


def use_backend(stack: TerraformStack, settings: Settings, name: str, account: str | None) -> None:
    """Keep the state of the stack `name` where the settings say; `account` is impersonated for the bucket too."""
    if settings.state.backend == "gcs":
        assert settings.state.bucket is not None
        GcsBackend(
            stack,
            bucket=settings.state.bucket,
            prefix=gcs_prefix(settings, name),
            impersonate_service_account=account,
        )
    else:
        LocalBackend(stack, path=local_state(settings.environment, name))


class ProducerState:
    """The producer's outputs, read from its state by one data source."""

    def __init__(self, stack: TerraformStack, settings: Settings, account: str | None) -> None:
        """Add the data source `terraform_remote_state.producer` to a consumer's stack."""
        data: DataTerraformRemoteStateGcs | DataTerraformRemoteStateLocal
        self._address = STATE
        if settings.state.backend == "gcs":
            assert settings.state.bucket is not None
            prefix = gcs_prefix(settings, PRODUCER)
            data = DataTerraformRemoteStateGcs(
                stack, PRODUCER, bucket=settings.state.bucket, prefix=prefix, impersonate_service_account=account
            )
            self._where = f"gs://{settings.state.bucket}/{prefix}"
        else:
            path = local_state(settings.environment, PRODUCER)
            data = DataTerraformRemoteStateLocal(stack, PRODUCER, path=path)
            # A state file that is not there would be an error of Terraform's own; so it is only read when it is.
            data.add_override("count", f'${{fileexists("{path}") ? 1 : 0}}')
            self._address = STATE_IF_THERE
            self._where = path
        data.override_logical_id(PRODUCER)

    def output(self, name: str, missing: str = "") -> str:
        """An expression for an output; `missing` where the producer has not been deployed yet."""
        return reading(self._address, name, missing)

    def either(self, name: str, otherwise: str, missing: str = "") -> str:
        """An expression for an output, or, where the producer has not got it yet, for another one."""
        return reading_either(self._address, name, otherwise, missing)

    def port_suffix(self, name: str, usual: int) -> str:
        """An expression for a port output as it follows a host in a URL: nothing for the protocol's own."""
        return port_suffix(self._address, name, usual)

    def must_have(self, name: str, service: str) -> Precondition:
        """The sentence that a plan gives instead of "Unsupported attribute"."""
        return Precondition(
            condition=f"${{can({self._address}.outputs.{name})}}",
            error_message=(
                f"The producer's state ({self._where}) has no output {name}. Deploy the producer first "
                f"{advice.deploy(PRODUCER)}; if it is deployed, see that it publishes the service {service}."
            ),
        )
