"""The runbook's symptoms with their remedies, and what is never done by hand."""

from __future__ import annotations

from collections.abc import Iterator

from handover.facts import Facts

_NEVER = (
    "Deploy from the checkout and from this folder in turn: each would take back what the other did. One of them is "
    "the owner; see [Where this came from](#where-this-came-from).",
    "Delete or replace the service attachment: every consumer's endpoint is closed for good and has to be made anew.",
    "Change in the console or with gcloud what is here: the next apply takes it back.",
    "Edit a state file, or `terraform state rm` and `terraform state mv`: what it does not know, Terraform makes anew.",
    "Rename a resource, a folder or a network, change the region, or narrow a subnet: everything stands in them. A "
    "plan refuses most of it; the rest is a new deployment.",
    "Put a credential into a value here: values are readable by everybody who has this folder or the state. Secret "
    "Manager is for that, at the source under `secrets:`.",
)


def sections(facts: Facts) -> Iterator[str]:
    """Symptoms, and what never to do."""
    rows = [*_connection(facts), *_call(facts), *_terraform(facts)]
    yield "\n".join(
        ["## Symptoms and remedies", "", "| you see | what to do |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)]
    )
    yield "\n".join(["## Never by hand", "", *(f"- {text}" for text in _NEVER)])


def _connection(facts: Facts) -> Iterator[tuple[str, str]]:
    if facts.producer:
        yield (
            "an endpoint is PENDING",
            "Its project is not on the accept list, or its limit there is used up: [accept it](#accept-a-consumer) or "
            "raise the number, or have its owner delete it. Right after a first apply it goes away by itself.",
        )
        yield "an endpoint is REJECTED", "Its project is on the reject list, which only the source changes."
        yield (
            "an endpoint is NEEDS_ATTENTION",
            "Accepted, but something of the producer is used up, usually the NAT subnet's addresses: at the source, "
            "`nat_ranges` takes a second range.",
        )
    else:
        yield (
            "the endpoint is PENDING, REJECTED or NEEDS_ATTENTION",
            "The producer has to accept this project, to raise its limit, or to add NAT addresses: ask its team.",
        )
    for stack in facts.consumers:
        yield (
            f"the endpoint of {stack.name} is CLOSED",
            "The attachment was deleted or replaced. It never heals by itself: "
            f"`terraform -chdir={stack.name} apply` makes it anew with the same address.",
        )


def _call(facts: Facts) -> Iterator[tuple[str, str]]:
    where = "" if facts.producer else " (the producer's team)"
    yield (
        "401 Unauthorized",
        "The ID token's audience is not the service's `run.app` URL, the token is older than an hour, or the VM has no "
        "service account.",
    )
    yield "403 Forbidden, a page of Google's", f"The caller's account is no invoker{where}: add it to the invokers."
    yield "404, a page of Google's", "The call did not come in by the load balancer: use the endpoint's address."
    yield (
        "503, `no healthy upstream`",
        f"The proxy-only subnet or the backend is gone, or no revision is ready{where}: a plan of the "
        "producer shows the first two, an apply repairs them.",
    )
    yield (
        "a time-out",
        "The status is not ACCEPTED, the port is wrong, a firewall denies egress, or the caller is in another region "
        "or network. A connection that idles for 20 minutes is dropped by PSC.",
    )


def _terraform(facts: Facts) -> Iterator[tuple[str, str]]:
    first = facts.stacks[0].name
    yield (
        "the plan wants to create everything",
        "The state is missing: [State](#state). Apply nothing.",
    )
    yield (
        "`Backend initialization required`, `Backend configuration changed`",
        f"`terraform -chdir={first} init -reconfigure`, likewise in the other folders.",
    )
    if not facts.local:
        yield (
            "`Error acquiring the state lock`",
            "Somebody else is applying. If nobody is (it was killed), take the lock away with the ID in the message: "
            f"`terraform -chdir={first} force-unlock ID`.",
        )
    else:
        yield "`Error acquiring the state lock`", "Another Terraform is running in this folder; wait for it to end."
    if facts.producer and facts.consumers:
        yield (
            "`The producer's state … has no output …`, `Unable to find remote state`",
            "The producer is not deployed yet, or its state is not here: "
            f"`terraform -chdir={facts.producer.name} apply`.",
        )
    yield "`cannot change from …`, `cannot become …`", "No single apply can do that. Put the former value back."
    yield (
        "`already exists`, 409",
        "There is a resource of this name that the state does not know. Look at who made it. What this deployment made "
        "itself, take over with `terraform import`; never what others use: from then on it is changed, replaced and "
        "destroyed with the rest.",
    )
    yield (
        "`Instance cannot be destroyed`",
        "It is protected; [Destroy](#destroy) says how that is lifted when it is meant.",
    )
    yield (
        "`Permission denied`, `Required '…' permission`",
        "[Roles](#roles) lists what each folder needs.",
    )
