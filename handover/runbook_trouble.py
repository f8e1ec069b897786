"""The runbook's symptoms with their remedies, and what is never done by hand."""

from __future__ import annotations

from collections.abc import Iterator

from cloudrun_psc.rules.connections import project_of
from deployment.kinds.forwarding_rule import FRONTEND
from deployment.kinds.network import SUBNETWORK
from handover import runbook_certificates
from handover.accept_variables import keeps_endpoint
from handover.facts import Facts
from handover.handed_stack import HandedStack

_NEVER = (
    "Deploy from the checkout and from this folder in turn: each would undo the changes of the other. Only one of them "
    "owns the deployment; see [Where this came from](#where-this-came-from).",
    "Delete or replace the service attachment: every consumer's endpoint is closed for good and has to be created "
    "anew.",
    "Change these resources in the console or with gcloud: the next apply undoes the change.",
    "Edit a state file, or use `terraform state rm` or `terraform state mv` for anything else than this page says: "
    "Terraform creates anew whatever the state does not know.",
    "Rename a resource, a folder or a network, change the region, or narrow a subnet: all other resources depend on "
    "them. A plan refuses most of these changes; the rest needs a new deployment.",
    "Put a credential into a value here: everybody who has this folder or the state can read the values. Use Secret "
    "Manager instead, in the checkout under `secrets:`.",
)
_PROXIES = "REGIONAL_MANAGED_PROXY"
_FIRST = (
    "Whoever has [the checkout](#where-this-came-from) begins with `./psc verify` there: it reads the projects, "
    "without Terraform and its state, and names what is not as configured. What was changed here alone counts as "
    "different."
)


def sections(facts: Facts) -> Iterator[str]:
    """Symptoms, and what never to do."""
    rows = [*_connection(facts), *_call(facts), *runbook_certificates.rows(facts), *_terraform(facts)]
    yield "\n".join(
        [
            "## Symptoms and remedies",
            "",
            _FIRST,
            "",
            "| you see | what to do |",
            "|---|---|",
            *(f"| {a} | {b} |" for a, b in rows),
        ]
    )
    yield "\n".join(["## Never by hand", "", *(f"- {text}" for text in _NEVER)])


def _accept(producer: HandedStack) -> str:
    """Why an endpoint waits, and where it is accepted, by whichever list."""
    of_endpoints = [keeps_endpoint(service.accept) for service in producer.services if service.accept]
    who = "It or its project" if any(of_endpoints) else "Its project"
    ways = ["[accept it](#accept-a-consumer), raise the limit"] if not all(of_endpoints) else []
    ways += ["[accept its number](#accept-another-endpoint)"] if any(of_endpoints) else []
    return f"{who} is not on the accept list, or has used up its limit: {', '.join(ways)}"


def _connection(facts: Facts) -> Iterator[tuple[str, str]]:
    if facts.producer:
        if any(service.accept for service in facts.producer.services):
            yield (
                "an endpoint is PENDING",
                f"{_accept(facts.producer)}, or have the owner delete the endpoint. Right after a first apply, PENDING "
                "goes away by itself.",
            )
            yield "an endpoint is REJECTED", "Its project is on the reject list, which only the checkout can change."
        yield (
            "an endpoint is NEEDS_ATTENTION",
            "It is accepted, but the producer has run out of something, usually of addresses in the NAT subnet: "
            + (
                "[add a range](#add-a-nat-range)."
                if any(service.nat_ranges for service in facts.producer.services)
                else "have its owner add another one, and give it in the checkout (`nat_subnets`)."
            ),
        )
    else:
        yield (
            "the endpoint is PENDING, REJECTED or NEEDS_ATTENTION",
            "Ask the producer's team to accept this project, to raise its limit, or to add NAT addresses.",
        )
    for stack in facts.consumers:
        yield (
            f"the endpoint of {stack.name} is CLOSED",
            "The attachment was deleted or replaced. The endpoint never heals by itself: "
            f"`terraform -chdir={stack.name} apply` creates it anew with the same address.",
        )


def _call(facts: Facts) -> Iterator[tuple[str, str]]:
    where = "" if facts.producer else " (the producer's team)"
    yield (
        "401 Unauthorized",
        "The ID token's audience is neither the service's `run.app` URL nor another of its audiences, the token is "
        "older than an hour, or the VM has no service account.",
    )
    yield (
        "403 Forbidden, a page of Google's",
        "The caller's account is not an invoker: "
        + (
            f"add it to the invokers{where}."
            if not facts.producer or any(service.invokers for service in facts.producer.services)
            else "whoever owns the load balancer says who may call."
        ),
    )
    yield "404, a page of Google's", "The call did not come through the load balancer: use the endpoint's address."
    yield "503, `no healthy upstream`", _no_upstream(facts.producer)
    yield (
        "a time-out",
        "The status is not ACCEPTED, the port is wrong, a firewall denies egress, or the caller is in another region "
        "or network. PSC drops a connection that is idle for 20 minutes.",
    )


def _no_upstream(producer: HandedStack | None) -> str:
    """What a load balancer lacks that has nothing behind it; some of it may be of others."""
    if not producer:
        return "The proxy-only subnet or the backend is gone, or no revision is ready: the producer's team sees to it."
    resources = producer.content["resource"]
    rules = resources.get(FRONTEND.type, {})
    if not rules:
        return "The load balancer of others has nothing behind it: its owner sees to it."
    subnets = resources.get(SUBNETWORK.type, {}).values()
    if any(subnet.get("purpose") == _PROXIES for subnet in subnets):
        return (
            "The proxy-only subnet or the backend is gone, or no revision is ready: a plan of the producer shows the "
            "first two causes, and an apply repairs them."
        )
    rule = next(iter(rules.values()))
    return (
        "The network has no active proxy-only subnet, which others own and no plan asks for: `gcloud compute networks "
        f"subnets list --project={project_of(rule['network'])} --regions={rule['region']} "
        f"--filter=purpose={_PROXIES}` shows it, and its owner makes one. Or the backend is gone, which a "
        "plan of the producer shows and an apply repairs; or no revision is ready."
    )


def _terraform(facts: Facts) -> Iterator[tuple[str, str]]:
    first = facts.stacks[0].name
    yield (
        "the plan wants to create everything",
        "The state is missing: [State](#state). Apply nothing.",
    )
    yield (
        "`Backend initialization required`, `Backend configuration changed`",
        f"`terraform -chdir={first} init -reconfigure`, and the same for the other folders."
        + " While a state is being moved, only `-migrate-state` takes it along: [Into a bucket](#into-a-bucket)."
        * facts.local,
    )
    if not facts.local:
        yield (
            "`Error acquiring the state lock`",
            "Somebody else is applying. If nobody is (the apply was killed), remove the lock with the ID in the "
            f"message, in the folder that it is about: `terraform -chdir={first} force-unlock ID`.",
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
        "There is a resource of this name that the state does not know. Find out who created it. If this deployment "
        "did, take it over with `terraform import`. Never import a resource that others use: from then on it is "
        "changed, replaced and destroyed with the rest.",
    )
    yield (
        "`Instance cannot be destroyed`",
        "The deployment is protected; [Destroy](#destroy) says how to lift the protection.",
    )
    yield (
        "`SERVICE_DISABLED`, `API has not been used in project …`",
        "It was enabled seconds ago, and is not everywhere yet: apply again. `serviceusage` and "
        "`cloudresourcemanager` are [enabled by hand](#before-the-first-time).",
    )
    yield (
        "`Permission denied`, `Required '…' permission`",
        "[Roles](#roles) lists what each folder needs.",
    )
