"""The runbook's part about states: where they are, how local ones get into a bucket, and newer versions."""

from __future__ import annotations

from collections.abc import Iterator

from handover import producer_state
from handover.facts import Facts
from handover.handed_stack import BACKEND, HandedStack
from handover.markdown import shell
from stacks.layout import PRODUCER

_BUCKET = "BUCKET"


def sections(facts: Facts) -> Iterator[str]:
    """Where the states are, and the way into a bucket for those that are in none."""
    yield _local(facts) if facts.local else _in_a_bucket(facts)
    if facts.local:
        yield _into_a_bucket(facts)


def _local(facts: Facts) -> str:
    return "\n".join(
        [
            "## State",
            "",
            "The state is kept in files in this folder, one per stack, and on this machine only. If the deployment "
            "exists already, copy the files from the checkout that it was deployed from (`CHECKOUT` is its path):",
            "",
            shell(*(f'cp "$CHECKOUT/{name}" {name}' for name in facts.state_files)),
            "",
            "From then on, only these files are valid, and nobody may deploy from the checkout any more "
            "([Where this came from](#where-this-came-from) has the way back). A state contains every attribute of "
            "every resource: keep it as safe as credentials, make copies, and let nobody else change it at the "
            "same time. Terraform locks the file while it runs. A team should keep it [in a bucket](#into-a-bucket).",
        ]
    )


def _in_a_bucket(facts: Facts) -> str:
    places = {
        stack.name: f"gs://{settings['bucket']}/{settings['prefix']}/default.tfstate"
        for stack in facts.stacks
        for settings in [stack.backend[1]]
    }
    rows = [f"| {name} | `{place}` |" for name, place in places.items()]
    first = next(iter(places.values()))
    return "\n".join(
        [
            "## State",
            "",
            "The state stays where the original deployment keeps it; there is nothing to copy. From now on, nobody may "
            "deploy from the checkout any more ([Where this came from](#where-this-came-from) has the way back).",
            "",
            "| stack | state |",
            "|---|---|",
            *rows,
            "",
            "Terraform locks a state with an object `default.tflock` beside it. A state contains every attribute of "
            "every resource: whoever may read the bucket may read all of them. If the bucket has versioning, a state "
            "that was overwritten can be brought back while nobody applies. The first command lists its versions; put "
            "the number behind the `#` of the one that you want in place of `GENERATION`:",
            "",
            shell(
                f"gcloud storage ls --all-versions {first}",
                f"gcloud storage cp '{first}#GENERATION' {first}",
            ),
        ]
    )


def _prefix(facts: Facts, stack: HandedStack) -> str:
    return f"{facts.settings.environment}/{stack.name}"


def _into_a_bucket(facts: Facts) -> str:
    ending = facts.format.ENDING
    lines = [
        "### Into a bucket",
        "",
        "A bucket keeps the state for everybody, locks it, and with versioning keeps what was overwritten. Make one "
        "outside of the projects that this deployment empties when it is destroyed, and let only those read it who may "
        f"know everything about the deployment. Put its name in place of `{_BUCKET}`, and the project's in place of "
        "`PROJECT`:",
        "",
        shell(
            f"gcloud storage buckets create gs://{_BUCKET} --project=PROJECT --location={facts.settings.region} "
            "--uniform-bucket-level-access --public-access-prevention",
            f"gcloud storage buckets update gs://{_BUCKET} --versioning",
        ),
        "",
    ]
    for stack in facts.stacks:
        settings = {"bucket": _BUCKET, "prefix": _prefix(facts, stack)}
        text = facts.format.stack_files({BACKEND: {"terraform": {"backend": {"gcs": settings}}}})[BACKEND]
        lines += [
            shell(
                f"cat > {stack.name}/{BACKEND}{ending} <<'END'",
                *text.rstrip("\n").split("\n"),
                "END",
                f"terraform -chdir={stack.name} init -migrate-state -force-copy",
            ),
            "",
        ]
    readers = [stack for stack in facts.consumers if any(one.name == producer_state.NAME for one in stack.variables)]
    if readers:
        config = {"bucket": _BUCKET, "prefix": f"{facts.settings.environment}/{PRODUCER}"}
        edit = facts.format.assignment({producer_state.NAME: {"backend": "gcs", "config": config}})
        where = " and ".join(f"`{stack.name}/{facts.format.VALUES}`" for stack in readers)
        lines += [f"In {where}:", "", f"```{facts.format.NAME}", edit, "```", ""]
    lines.append(
        "A plan of each folder then says what it said before. Delete the local files only after that, and write it "
        "into the checkout's configuration, too (`state:`): a further hand-over would put the former files back. "
        'If the bucket is not to stand in this folder, leave the settings out (`backend "gcs" {}`) and give each of '
        "them at every `init`: `-backend-config=bucket=NAME -backend-config=prefix=PREFIX`."
    )
    return "\n".join(lines)


def newer_versions(facts: Facts) -> str:
    """How operations raise the program and the provider."""
    provider = facts.versions["google provider"]
    return "\n".join(
        [
            "## Newer versions",
            "",
            f"{facts.product}: this folder takes {facts.versions[facts.product]}. A state that a newer version has "
            "written is refused by older ones: keep a copy, and let everybody who applies change at the same time.",
            "",
            f"The google provider: an upgrade takes versions that fit `{provider}`, and rewrites the lock file. "
            "The plan after it has to say `No changes`; if it does not, put the former lock file back:",
            "",
            shell(
                *(
                    f"terraform -chdir={stack.name} {verb}"
                    for stack in facts.stacks
                    for verb in ("init -upgrade", "plan")
                )
            ),
            "",
            "Other major versions change what some settings mean. The checkout says which ones were tried "
            "(`docs/upgrading.md`), and hands this folder over for one of them (`provider_version`).",
        ]
    )
