"""Rules about a stack as a whole: provider, state, outputs, APIs."""

from __future__ import annotations

from deployment.credentials import is_credential_name
from deployment.kinds.project import PROJECT_SERVICE
from review.rules.attribute import must_be
from review.rules.rule import ERROR, NOTE, WARNING, Answer, Rule, Subject, finding, fine, rule, undecided
from review.secret_values import secret_in, unmarked
from review.sentence import contrasted


@rule(
    id="provider-open",
    severity=WARNING,
    kinds=("constraint", "backend"),
    what="The provider's version has no upper bound.",
    why="The next init may take a major version that replaces resources or refuses the configuration.",
    remedy="Give a constraint such as ~> 7.45.",
    setting=("provider_version",),
    code_only=True,
)
def provider_open(subject: Subject) -> Answer:
    """Missing, or nothing but lower bounds; providers that are used and not required are told with the backend."""
    if subject.item.type == "backend":
        used = {item.provider for item in subject.stack.all() if item.provider not in {"", "terraform"}}
        unsaid = sorted(name for name in used if not subject.stack.get(f"terraform.required_providers.{name}"))
        return finding("no version of {names} is given", names=", ".join(unsaid)) if unsaid else fine()
    version = subject.item.get("version")
    if version.absent:
        return finding("no version is given")
    if version.unknown:
        return undecided("the version is {value}", value=version)
    parts = [part.strip() for part in version.text.split(",")]
    bounded = any(part.startswith(("~>", "<", "=")) or part[:1].isdigit() for part in parts)
    return fine() if bounded else finding("the constraint {version} is open upwards", version=version)


@rule(
    id="provider-unlocked",
    severity=NOTE,
    kinds=("backend",),
    what="No lock file pins the provider.",
    why="The reviewed and the applied provider may differ: each init takes the newest release that the constraint "
    "allows, and nothing checks its checksum.",
    remedy="Run ./psc providers-lock and commit locks/.",
    setting=("provider_version",),
    code_only=True,
)
def provider_unlocked(subject: Subject) -> Answer:
    """A lock file beside the stack that names every provider of it."""
    locked = subject.stack.get("terraform.lock")
    if locked is None:
        return finding("there is no .terraform.lock.hcl")
    known = {name.rpartition("/")[2] for providers in locked.blocks("providers") for name in providers.names}
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
    if not subject.item.get("type").equals("local"):
        return fine()
    projects = [provider.get("project") for provider in subject.stack.of("provider")]
    projects = [project for project in projects if not project.absent]
    examples = all(project.text.startswith("example-") for project in projects)
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
    value = subject.item.get("value")
    if subject.item.get("sensitive").equals(True):
        return fine()
    if value.hidden:
        return finding("its value looks like a credential")
    if secret := secret_in(value, subject.stack):
        return finding("it holds {attribute} of {address}", attribute=secret[1], address=secret[0])
    if unmarked(value, subject.stack):
        return undecided("nonsensitive is called, which takes the mark off what is sensitive", item=subject.item)
    variables = [name for name in sorted(value.inputs) if name.startswith("variable.")]
    for name in (variable.partition(".")[2] for variable in variables):
        if is_credential_name(name):
            return finding("it holds var.{name}", name=name)
    name = subject.item.address.partition(".")[2]
    if is_credential_name(name) and (value.later or value.written):
        return undecided("it is named like a credential, and its value is not known")
    return fine()


# How a backend is opened, which is no place.
OPENING = frozenset(
    {"access_token", "credentials", "impersonate_service_account", "impersonate_service_account_delegates",
     "lock_table", "password", "profile", "retry_max", "token", "username"}
)  # fmt: skip


@rule(
    id="state-elsewhere",
    severity=ERROR,
    kinds=("backend",),
    what="The state is kept in another place.",
    why="Terraform finds nothing there, so the next deploy builds everything anew beside what there is, and is refused "
    "with 409 wherever a name is taken. Moving the state is a step of its own.",
    remedy="Leave it where it is, or move the state first: terraform init -migrate-state (docs/state.md).",
    setting=("state",),
    code_only=True,
    of_change=True,
)
def state_elsewhere(subject: Subject) -> Answer:
    """The kind of backend, and everything that says where it keeps it; not who opens it."""
    if subject.former is None:
        return fine()
    for name in sorted((subject.former.names | subject.item.names) - OPENING, key=lambda name: (name != "type", name)):
        before, after = subject.former.get(name), subject.item.get(name)
        if before.differs(after):
            was, now = contrasted(before.shown, after.shown)
            return finding("{name} is {after}, and was {before}", name=name, after=now, before=was)
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
