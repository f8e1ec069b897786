"""The account of a rehearsal: the JSON document's keys are promises, the lines are for people."""

from __future__ import annotations

from deployment.account import Account, Connection, Doubt, Fate, Ground, Step
from deployment.diagnostics import Diagnostic
from deployment.planned_change import PlannedChange
from rehearsal.report import SCHEMA, document, lines


def account() -> Account:
    made = Account(environment="default", provider="~> 7.45", former="HEAD~1 (abc1234)")
    change = PlannedChange(
        address="google_compute_forwarding_rule.hello",
        action="replaced",
        because=("port_range",),
        name="new",
        former_name="old",
    )
    warning = Diagnostic(severity="warning", address="", summary="Check block assertion failed", detail="PENDING")
    made.steps.append(
        Step(what="deployment", stack="producer", ok=True, seconds=1.5, changes=(change,), warnings=(warning,))
    )
    kept = Connection(id="1", status="ACCEPTED", attachment="projects/p/regions/r/serviceAttachments/a")
    made.connections.append(
        Fate(endpoint="projects/c/regions/r/forwardingRules/e", outcome="kept", before=kept, after=kept)
    )
    doubt = Doubt(rule="roles_have_a_name", says="A role has a name.", doubt="Which fit is not modelled.")
    made.ground = Ground(proven=("networks",), unproven=("urlMaps",), in_doubt=(doubt,))
    return made


def test_the_documents_keys_are_those_of_the_documentation() -> None:
    made = account()
    made.find("unsettled", "a second plan is not empty", "producer")
    assert document(made) == {
        "schema": SCHEMA,
        "held": False,
        "environment": "default",
        "provider": "~> 7.45",
        "from": "HEAD~1 (abc1234)",
        "steps": [
            {
                "what": "deployment",
                "stack": "producer",
                "ok": True,
                "seconds": 1.5,
                "changes": (
                    {
                        "address": "google_compute_forwarding_rule.hello",
                        "action": "replaced",
                        "because": ("port_range",),
                        "former_address": "",
                        "name": "new",
                        "former_name": "old",
                    },
                ),
                "refused": (),
                "warnings": (
                    {
                        "severity": "warning",
                        "address": "",
                        "summary": "Check block assertion failed",
                        "detail": "PENDING",
                    },
                ),
            }
        ],
        "connections": [
            {
                "endpoint": "projects/c/regions/r/forwardingRules/e",
                "outcome": "kept",
                "before": {
                    "id": "1",
                    "status": "ACCEPTED",
                    "attachment": "projects/p/regions/r/serviceAttachments/a",
                },
                "after": {"id": "1", "status": "ACCEPTED", "attachment": "projects/p/regions/r/serviceAttachments/a"},
                "stack": "",
            }
        ],
        "findings": [{"kind": "unsettled", "message": "a second plan is not empty", "stack": "producer"}],
        "notes": [],
        "rests_on": {
            "proven": ("networks",),
            "unproven": ("urlMaps",),
            "in_doubt": (
                {"rule": "roles_have_a_name", "says": "A role has a name.", "doubt": "Which fit is not modelled."},
            ),
        },
    }
    assert SCHEMA == 1, "another shape is another number, and a line in the changelog"


def test_people_read_changes_connections_and_a_verdict() -> None:
    made = account()
    assert list(lines(made)) == [
        "  producer: replaced  google_compute_forwarding_rule.hello (port_range)",
        "  connection e: ACCEPTED, kept",
        "rests on: 1 of 2 kinds are proven by the provider's own acceptance tests; not urlMaps; "
        "1 of the applied rules are in doubt (--json names them)",
        "rehearsal of default held: 1 stack, 0 resources, 1 connection ACCEPTED",
    ]
    made.find("unreachable", "nobody can call", "consumer")
    assert list(lines(made))[-2:] == [
        "finding: consumer: nobody can call",
        "rehearsal of default did not hold: 1 finding",
    ]


def test_a_verdict_on_nothing_rests_on_nothing() -> None:
    assert list(lines(Account(environment="", provider=""))) == ["rehearsal of  held: 0 stacks, 0 resources"]
