"""Tests of a stack's values for `terraform test`: offline, against a provider that only pretends.

They take Terraform 1.7 or OpenTofu 1.8. They stand in a folder of their own, as `init` of Terraform 1.6, and of
OpenTofu before 1.8, reads those in `tests` and ends with an error for `mock_provider`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from deployment.kinds import is_psc_endpoint
from deployment.kinds.certificates import AUTHORIZATION, CERTIFICATE
from deployment.kinds.forwarding_rule import PSC_ENDPOINT
from deployment.kinds.project import PROJECT_SERVICE
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.values import Json, mappings
from handover import producer_state
from handover.hcl_layout import Attribute, Block, text
from handover.hcl_values import plain_value
from handover.variables import Variable

FOLDER = "value_tests"
FILE = f"{FOLDER}/values.tftest.hcl"
# A number as Google gives projects; with what the provider would make up, grants could not be told apart.
_PROJECT_NUMBER = "123456789012"
_URL = "https://service-abcdefghij-uc.a.run.app"


def value_tests(
    content: Json, variables: Sequence[Variable], told: Sequence[Variable], existing: Mapping[str, Json]
) -> str:
    """The file of tests: the present values go well, and a wrong value of each variable is refused.

    They are applied, as plans leave some of the conditions open. What is kept from being destroyed would be left over
    then, so that it is only planned, with what Google would say beforehand (Terraform 1.11). What others own, a plan
    looks up only where the APIs are enabled already, as that depends on them: else checks are open, which fails.

    `told` are the outputs of the producer that the stack reads, and `existing` what the data sources of others'
    resources are to find, by address.
    """
    kept = kept_from_destroying(content)
    blocks = [_provider(content, planned=kept), *_found(existing)]
    if any(variable.name == producer_state.NAME for variable in variables):
        outputs = {one.name: _URL if isinstance(one.value, str) and one.value.isupper() else one.value for one in told}
        blocks += [
            # With a bucket, no file has to be there.
            Block(type="variables", attributes=[_plain(producer_state.NAME, {"backend": "gcs", "config": _NO_BUCKET})]),
            _override("data.terraform_remote_state.producer", {"outputs": outputs}, "What the producer's state says."),
        ]
    if kept and existing:
        blocks.append(_enabled(content))
    blocks.append(
        Block(
            type="run",
            labels=("present_values",),
            attributes=[Attribute(name="command", value=("plan" if kept else "apply",))],
            comment="" if kept else "Applied to the pretended cloud: what is only known then is looked at, too.",
        )
    )
    return text([*blocks, *(_refusal(variable) for variable in variables)])


_NO_BUCKET = {"bucket": "no-bucket"}


def can_be_tried(content: Json, program: str) -> bool:
    """Whether the program takes the tests. Neither pretends ephemeral resources.

    OpenTofu 1.12 wants every field of a pretended certificate in a list, destroys at the end what was applied, and has
    no way to only plan.
    """
    if content.get("ephemeral"):
        return False
    certified = CERTIFICATE.type in content.get("resource", {}) or f"{CERTIFICATE.type}s" in content.get("data", {})
    return program != "tofu" or not (certified or kept_from_destroying(content))


def kept_from_destroying(content: Json) -> bool:
    """Whether something has `prevent_destroy`."""
    return any(values.get("prevent_destroy") is True for values in mappings(content))


def _provider(content: Json, *, planned: bool) -> Block:
    resources = content.get("resource", {})
    mocked = []
    if "google_project" in content.get("data", {}):
        mocked.append(_mock("mock_data", "google_project", {"number": _PROJECT_NUMBER}))
    if planned and SERVICE_ATTACHMENT.type in resources:
        mocked.append(_mock("mock_resource", SERVICE_ATTACHMENT.type, {"connected_endpoints": []}, planned=True))
    if any(is_psc_endpoint(PSC_ENDPOINT.type, rule) for rule in resources.get(PSC_ENDPOINT.type, {}).values()):
        accepted = {"psc_connection_status": "ACCEPTED"}
        mocked.append(_mock("mock_resource", PSC_ENDPOINT.type, accepted, planned=planned))
    if CERTIFICATE.type in resources:
        mocked.append(_mock("mock_resource", CERTIFICATE.type, {"managed": {"state": "ACTIVE"}}, planned=planned))
    if AUTHORIZATION.type in resources:
        record = {"data": "authorize.example.com.", "name": "_acme-challenge.example.com.", "type": "CNAME"}
        mocked.append(_mock("mock_resource", AUTHORIZATION.type, {"dns_resource_record": [record]}, planned=planned))
    return Block(
        type="mock_provider",
        labels=("google",),
        blocks=mocked,
        comment="Nothing is asked of Google Cloud, and no credentials are needed.",
    )


def _mock(what: str, type_: str, values: Mapping[str, Any], *, planned: bool = False) -> Block:
    early = [Attribute(name="override_during", value=("plan",))] if planned else []
    return Block(type=what, labels=(type_,), attributes=[*early, _plain("defaults", values)])


def _found(existing: Mapping[str, Json]) -> Iterator[Block]:
    return (_override(address, values) for address, values in sorted(existing.items()))


def _override(address: str, values: Mapping[str, Any], comment: str = "") -> Block:
    target = Attribute(name="target", value=(address,))
    return Block(type="override_data", attributes=[target, _plain("values", values)], comment=comment)


def _plain(name: str, value: Any) -> Attribute:
    return Attribute(name=name, value=plain_value(value))


def _enabled(content: Json) -> Block:
    apis = [f"  {PROJECT_SERVICE.type}.{name}," for name in content["resource"][PROJECT_SERVICE.type]]
    return Block(
        type="run",
        labels=("apis",),
        attributes=[Attribute(name="command", value=("apply",))],
        blocks=[Block(type="plan_options", attributes=[Attribute(name="target", value=("[", *apis, "]"))])],
        comment="Only with these do the plans below look up what others own.",
    )


def _refusal(variable: Variable) -> Block:
    return Block(
        type="run",
        labels=(f"wrong_{variable.name}",),
        attributes=[
            Attribute(name="command", value=("plan",)),
            Attribute(name="expect_failures", value=(f"[var.{variable.name}]",)),
        ],
        blocks=[Block(type="variables", attributes=[_plain(variable.name, variable.refused)])],
    )
