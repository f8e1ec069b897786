"""Rules about a stack as a whole: provider, state, outputs, APIs."""

from __future__ import annotations

import re

from deployment.credentials import is_credential_name
from deployment.hidden import Hidden
from deployment.kinds.project import PROJECT_SERVICE
from deployment.references import is_open, referred
from deployment.stack import single
from review.rules.attribute import must_be
from review.rules.rule import ERROR, NOTE, WARNING, Answer, Rule, Subject, finding, fine, rule, undecided

# Attributes whose values the google provider marks sensitive, or that hold key material.
_SECRET_ATTRIBUTES = re.compile(
    r"(?:^|\.)(?:secret_data|private_key|password|access_token|id_token|client_secret)(?:$|\.)"
)


@rule(
    id="provider-open",
    severity=WARNING,
    kinds=("constraint",),
    what="The provider's version has no upper bound.",
    why="The next init may take a major version that replaces resources or refuses the configuration.",
    remedy="Give a constraint such as ~> 7.45.",
    setting=("provider_version",),
    code_only=True,
)
def provider_open(subject: Subject) -> Answer:
    """Missing, or nothing but lower bounds."""
    version = subject.item.values.get("version")
    if version is None:
        return finding("no version is given")
    if is_open(version):
        return undecided("the version is {value}", value=version)
    parts = [part.strip() for part in str(version).split(",")]
    bounded = any(part.startswith(("~>", "<", "=")) or part[:1].isdigit() for part in parts)
    return fine() if bounded else finding("the constraint {version} is open upwards", version=version)


@rule(
    id="provider-unlocked",
    severity=NOTE,
    kinds=("backend",),
    what="No lock file pins the provider.",
    why="Reviewed and applied provider may differ: each init takes the newest release that the constraint allows, and "
    "nothing checks its checksum.",
    remedy="Run ./psc providers-lock and commit locks/.",
    setting=("provider_version",),
    code_only=True,
)
def provider_unlocked(subject: Subject) -> Answer:
    """A lock file beside the stack that names every provider of it."""
    locked = subject.stack.items.get("terraform.lock")
    if locked is None:
        return finding("there is no .terraform.lock.hcl")
    providers = locked.values.get("providers")
    known = {str(name).rpartition("/")[2] for name in (providers if isinstance(providers, dict) else ())}
    missing = sorted(
        item.address.rpartition(".")[2]
        for item in subject.stack.of("constraint")
        if item.address.rpartition(".")[2] not in known
    )
    return finding("the lock file lacks {names}", names=", ".join(missing)) if missing else fine()


@rule(
    id="local-state",
    severity=WARNING,
    kinds=("backend",),
    what="A shared environment keeps its state in a file.",
    why="Two people have two states, nobody holds a lock, and a lost laptop loses the deployment's memory.",
    remedy="Set state.backend: gcs with a bucket (docs/state.md).",
    setting=("state",),
    code_only=True,
)
def local_state(subject: Subject) -> Answer:
    """Shared is every environment but `default` with its example projects, which nobody can deploy."""
    if subject.item.values.get("type") != "local":
        return fine()
    projects = {single(provider.values, "project") for provider in subject.stack.of("provider")} - {None}
    examples = all(str(project).startswith("example-") for project in projects)
    if subject.stack.environment in {"", "default"} and projects and examples:
        return fine()
    return finding("the backend is local")


@rule(
    id="output-leaks",
    severity=ERROR,
    kinds=("output",),
    what="An output leaks a secret.",
    why="Outputs are printed by every apply, stand in the state in plain text, and are read by other stacks.",
    remedy="Remove it, or hand on the name of a Secret Manager secret; sensitive = true hides it from logs only.",
)
def output_leaks(subject: Subject) -> Answer:
    """A secret's value in an output that is not marked sensitive, or an attribute that holds a secret."""
    values = subject.item.values
    value = values.get("value")
    if values.get("sensitive") is True:
        return fine()
    if isinstance(value, Hidden):
        return finding("its value looks like a credential")
    for address, attribute in referred(value):
        if _SECRET_ATTRIBUTES.search(attribute):
            return finding("it holds {attribute} of {address}", attribute=attribute, address=address)
    variables = [name for name in re.findall(r"\bvar\.([\w-]+)", str(value)) if is_credential_name(name)]
    if variables and is_open(value):
        return finding("it holds var.{name}", name=variables[0])
    name = subject.item.address.partition(".")[2]
    if is_credential_name(name) and is_open(value):
        return undecided("it is named like a credential, and its value is not known")
    return fine()


api_disabled_on_destroy = Rule(
    id="api-disabled-on-destroy",
    severity=WARNING,
    kinds=(PROJECT_SERVICE.type,),
    what="Destroying the stack disables an API for the whole project.",
    why=PROJECT_SERVICE.noteworthy["disable_on_destroy"].why,
    remedy="Set disable_on_destroy = false.",
    judge=must_be("disable_on_destroy", False, otherwise="on"),
)
