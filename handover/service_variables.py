"""The producer's variables: image, scaling and audiences of each service, and what stands in modules of its own."""

from __future__ import annotations

from dataclasses import dataclass

from cloudrun_psc.rules.defaults import RUN_MAX_INSTANCES, RUN_MIN_INSTANCES
from cloudrun_psc.rules.names import IMAGE
from config.fields import URL_PATTERN
from deployment.kinds.cloud_run import SERVICE
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.values import Json
from handover import accept_variables, certificate_variables, pem_variables, secret_variables
from handover.secret_variables import ReadSecret
from handover.templates import literal
from handover.variables import Validation, Variable, matches
from stacks.contract import AUDIENCE, URL

_MOST = 1000  # instances of a service: https://cloud.google.com/run/quotas
_DEFAULT_COUNTS = {"max": RUN_MAX_INSTANCES, "min": RUN_MIN_INSTANCES}
_SERVICE, _ATTACHMENT = SERVICE.type, SERVICE_ATTACHMENT.type


@dataclass
class HandedService:
    """What was lifted of one service.

    `accept` is None with automatic acceptance. What runs is `run`, as synthesized or as read of others; None behind a
    load balancer of others. `secrets` are what it reads, and `versions` the numbers of some. handover/callers.py puts
    `invokers` in, handover/nat_ranges.py `nat_ranges`.
    """

    address: str
    name: str
    run: Json | None = None
    image: Variable | None = None
    scaling: Variable | None = None
    secrets: tuple[ReadSecret, ...] = ()
    versions: Variable | None = None
    audiences: Variable | None = None
    pem: Variable | None = None
    certificate: Variable | None = None
    invokers: Variable | None = None
    accept: Variable | None = None
    nat_ranges: Variable | None = None

    @property
    def variables(self) -> list[Variable]:
        """Those that stand in the file `variables`."""
        lifted = (
            self.image, self.scaling, self.versions, self.audiences, self.pem, self.certificate, self.accept,
            self.invokers, self.nat_ranges,
        )  # fmt: skip
        return [one for one in lifted if one is not None]


def lift(stack: Json) -> list[HandedService]:
    """Put variables into the stack in place of present values; of who may call, handover/callers.py does."""
    resources = stack.get("resource", {})
    made, read = resources.get(_SERVICE, {}), stack.get("data", {}).get(_SERVICE, {})
    services = []
    for address, attachment in sorted(resources.get(_ATTACHMENT, {}).items()):
        run = made.get(address) or read.get(address)
        service = HandedService(address=address, name=run["name"] if run else attachment["name"], run=run)
        if address in made:
            service.image = None if _deployed_elsewhere(made[address]) else _image(address, made[address])
            service.scaling = _scaling(address, made[address])
            service.secrets, service.versions = secret_variables.lift(address, made[address])
            service.audiences = _audiences(address, made[address], stack.get("output", {}))
        service.pem = pem_variables.lift(address, stack)
        service.accept = accept_variables.lift(address, attachment, stack.get("check", {}))
        service.certificate = certificate_variables.lift(stack, address, service.name)
        services.append(service)
    return services


def _deployed_elsewhere(run: Json) -> bool:
    """Whether a pipeline deploys the revisions: another image here would be ignored."""
    return any("containers" in one for one in run.get("lifecycle", {}).get("ignore_changes", []))


def _image(address: str, run: Json) -> Variable:
    container = run["template"]["containers"][0]
    present, container["image"] = container["image"], f"${{var.{address}_image}}"
    return Variable(
        name=f"{address}_image",
        type="string",
        description=f"The container image of {run['name']}: HOST/REPOSITORY:TAG or, better, "
        "HOST/REPOSITORY@sha256:DIGEST.",
        value=present,
        refused="https://example.com/image",
        validations=(
            Validation(
                condition=matches(f"var.{address}_image", IMAGE),
                error_message="An image is HOST/REPOSITORY:TAG or HOST/REPOSITORY@sha256:DIGEST, without https://; "
                "Cloud Run pulls from [REGION-]docker.pkg.dev, [REGION.]gcr.io and docker.io alone.",
            ),
        ),
    )


def _audiences(address: str, run: Json, outputs: Json) -> Variable | None:
    """What else than its URL a service takes as an audience, where there is something.

    What outputs tell consumers to take is not taken out.
    """
    if "custom_audiences" not in run:
        return None
    name = f"{address}_audiences"
    present, run["custom_audiences"] = run["custom_audiences"], f"${{sort(var.{name})}}"
    values = {outputs.get(f"{address}_{one}", {}).get("value") for one in (AUDIENCE, URL)}
    told = sorted(values & set(present))
    return Variable(
        name=name,
        type="list(string)",
        description=f"Further audiences of ID tokens for {run['name']}, beside its URL. Tokens for one that is taken "
        "out are answered 401 at once.",
        value=present,
        refused=["http://example.com"],
        validations=(
            Validation(
                condition=f"alltrue([for audience in var.{name} : {matches('audience', URL_PATTERN)}])",
                error_message="An audience is https://HOST[:PORT][/PATH], with the host in lower case.",
            ),
            Validation(
                condition=f"length(var.{name}) >= 1 && length(distinct(var.{name})) == length(var.{name})",
                error_message="There is one audience at least, and none stands here twice.",
            ),
            *(
                Validation(
                    condition=f"contains(var.{name}, {literal(one)})",
                    error_message=f"{one} stays: the outputs tell consumers to take it.",
                )
                for one in told
            ),
        ),
    )


def _scaling(address: str, run: Json) -> Variable:
    name = f"{address}_scaling"
    present = run["template"].pop("scaling", {})
    least, most = f"var.{name}.min_instances", f"var.{name}.max_instances"
    counts = {end: present.get(f"{end}_instance_count") for end in _DEFAULT_COUNTS}
    never = all(count is None for count in counts.values())
    # Null is not sent, as at first. But what was said, Cloud Run would keep: there null is its default.
    run["template"].setdefault("dynamic", {})["scaling"] = {
        "for_each": f"${{{least} == null && {most} == null ? [] : [var.{name}]}}" if never else f"${{[var.{name}]}}",
        "content": {f"{end}_instance_count": _count(end, sent=count is not None) for end, count in counts.items()},
    }
    null = "Cloud Run's default" + ("" if None not in counts.values() else ", or what was given last")
    lower, upper = f"coalesce({least}, {RUN_MIN_INSTANCES})", f"coalesce({most}, {RUN_MAX_INSTANCES})"
    return Variable(
        name=name,
        type="object({ max_instances = optional(number), min_instances = optional(number) })",
        description=f"How many instances of {run['name']} run at most, and how many when idle. null: {null}.",
        value={f"{end}_instances": count for end, count in counts.items()},
        refused={"max_instances": 1, "min_instances": 2},
        validations=(
            Validation(
                condition=f"contains(range(0, {_MOST + 1}), {lower})",
                error_message=f"min_instances is a whole number, 0 to {_MOST}.",
            ),
            Validation(
                condition=f"contains(range(1, {_MOST + 1}), {upper})",
                error_message=f"max_instances is a whole number, 1 to {_MOST}.",
            ),
            Validation(
                condition=f"{lower} <= {upper}",
                error_message="max_instances is not below min_instances. Where it is null, Cloud Run's default of "
                f"{RUN_MAX_INSTANCES} counts: for more, give both.",
            ),
        ),
    )


def _count(end: str, *, sent: bool) -> str:
    value = f"scaling.value.{end}_instances"
    return f"${{coalesce({value}, {_DEFAULT_COUNTS[end]})}}" if sent else f"${{{value}}}"
