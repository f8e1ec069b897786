"""What a rehearsal does, in which order, and what it finds: with a Terraform and a cloud that do as they are told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from deployment.account import Account
from deployment.diagnostics import Diagnostic
from deployment.existing import Granted
from deployment.output_folder import StackFolder, stacks_of
from deployment.planned import Applied, Planned
from deployment.planned_change import PlannedChange
from rehearsal.run import Rehearsal
from tests.deployment.test_output_folder import folder

Json = dict[str, Any]
_A = TypeVar("_A")
_R = TypeVar("_R")
ENDPOINTS = "projects/c/regions/r/forwardingRules"
NEEDS = {"producer": [], "consumer": ["producer"], "partner": ["producer"]}
NOTHING = Planned(ok=True)
REFUSAL = Diagnostic(severity="error", address="google_x.y", summary="Error 409", detail="it exists")


class FakeCloud:
    """A cloud with these connections, by the name of their endpoint: id and status."""

    def __init__(self, **connections: tuple[str, str]) -> None:
        self.buckets: list[str] = []
        self.projects: list[str] = []
        self.left: Json = {}
        self.more: Json = {}
        self.notes: list[Json] = []
        self.connect(**connections)

    def connect(self, **connections: tuple[str, str]) -> None:
        self.connections = {
            f"{ENDPOINTS}/{name}": {"id": number, "status": status, "attachment": ""}
            for name, (number, status) in connections.items()
        }

    def state(self) -> Json:
        kinds = ("run", "dns", "certificates", "flow_logs", "accounts", "secrets", "buckets", "policies")
        nothing: Json = {kind: {} for kind in kinds}
        seen = {"connections": self.connections, "compute": self.left, "notes": self.notes}
        return nothing | seen | {"buckets": {name: [] for name in self.buckets}} | self.more

    def make_bucket(self, name: str) -> None:
        assert name not in self.buckets, "Cloud Storage answers 409"
        self.buckets.append(name)

    def make_existing(self, granted: Granted) -> None:
        self.granted = granted

    def make_project(self, number: str) -> None:
        self.projects.append(number)


class FakeTerraform:
    """Does nothing, except what it is told to for a stack; the last of those that run side by side is done first."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.plans: dict[str, Planned] = {}
        self.refused: set[str] = set()
        self.effects: dict[str, Callable[[], None]] = {}

    def plan(self, stack: StackFolder) -> Planned:
        self.done.append(f"plan {stack.name}")
        return self.plans.get(stack.name, NOTHING)

    def deploy(self, stack: StackFolder) -> tuple[Planned, Applied | None]:
        return self._do(f"deploy {stack.name}")

    def destroy(self, stack: StackFolder) -> tuple[Planned, Applied | None]:
        return self._do(f"destroy {stack.name}")

    def _do(self, what: str) -> tuple[Planned, Applied | None]:
        self.done.append(what)
        self.effects.get(what, lambda: None)()
        if what in self.refused:
            return self.plans.get(what, NOTHING), Applied(ok=False, diagnostics=(REFUSAL,))
        return self.plans.get(what, NOTHING), Applied(ok=True)

    def side_by_side(self, work: Callable[[_A], _R], arguments: Iterable[_A]) -> Iterator[_R]:
        return reversed([work(argument) for argument in reversed(list(arguments))])


def hold(stack: StackFolder, project: str, *endpoints: str) -> None:
    """Put endpoints into a stack."""
    rules = {
        name: {"name": name, "load_balancing_scheme": "", "target": "x/serviceAttachments/a"} for name in endpoints
    }
    provider = {"google": [{"project": project, "region": "r"}]}
    content = stack.content() | {"provider": provider, "resource": {"google_compute_forwarding_rule": rules}}
    stack.file.write_text(json.dumps(content))


class Tried:
    """A rehearsal of producer, consumer and partner."""

    def __init__(self, place: Path, cloud: FakeCloud | None = None, former: str = "") -> None:
        (place / "out").mkdir()
        self.cloud, self.terraform = cloud or FakeCloud(), FakeTerraform()
        self.account, self.said = Account(environment="e", provider="p", former=former), list[str]()
        self.rehearsal = Rehearsal(place / "in", self.cloud, self.terraform, self.account, self.said.append)
        self.stacks = {stack.name: stack for stack in stacks_of(folder(place / "out", NEEDS))}
        for name, project in (("consumer", "c"), ("partner", "p")):
            hold(self.stacks[name], project, "endpoint", "other")

    def given(self, *names: str) -> list[StackFolder]:
        return [stack for name, stack in self.stacks.items() if name in names]

    @property
    def steps(self) -> list[str]:
        return [f"{step.what}: {step.stack}" for step in self.account.steps]

    @property
    def findings(self) -> list[str]:
        return [finding.message for finding in self.account.findings]


@pytest.fixture
def tried(tmp_path: Path) -> Tried:
    return Tried(tmp_path)


@pytest.fixture
def edited(tmp_path: Path) -> Tried:
    """A standing deployment with one accepted connection, before an edit."""
    made = Tried(tmp_path, FakeCloud(endpoint=("1", "ACCEPTED")), former="base")
    made.rehearsal.deploy(made.given("producer", "consumer"))
    return made


def change(action: str, name: str, former: str = "") -> Planned:
    changed = PlannedChange(address="google_x.y", action=action, name=name, former_name=former or name)
    return Planned(ok=True, changes=(changed,))


def test_everything_is_deployed_looked_at_and_destroyed_and_told_in_the_order_of_the_stacks(tried: Tried) -> None:
    assert tried.rehearsal.deploy(tried.given(*NEEDS))
    tried.rehearsal.settle()
    tried.rehearsal.look()
    tried.rehearsal.destroy()
    names = list(tried.stacks)
    assert names == ["producer", "consumer", "partner"]
    assert tried.steps == [
        *(f"first deployment: {name}" for name in names),
        *(f"second plan: {name}" for name in names),
        *(f"destroy: {name}" for name in reversed(names)),
    ]
    assert tried.terraform.done[0] == "deploy producer"
    assert tried.terraform.done[-1] == "destroy producer"
    assert tried.said[0] == "first deployment: producer: nothing to do (0 s)"
    assert tried.account.held


def test_what_is_refused_ends_it_after_what_runs_beside_it(tried: Tried) -> None:
    tried.terraform.refused = {"deploy consumer"}
    assert not tried.rehearsal.deploy(tried.given(*NEEDS))
    assert tried.terraform.done == ["deploy producer", "deploy partner", "deploy consumer"]
    assert tried.findings == ["first deployment refused at apply: google_x.y: Error 409: it exists"]
    assert tried.said[1] == "first deployment: consumer: nothing to do: REFUSED (0 s)"


def test_what_needs_a_refused_stack_is_left_out(tried: Tried) -> None:
    tried.terraform.plans["deploy producer"] = Planned(ok=False, diagnostics=(REFUSAL,))
    assert not tried.rehearsal.deploy(tried.given(*NEEDS))
    assert tried.terraform.done == ["deploy producer"]
    assert tried.findings == ["first deployment refused at plan: google_x.y: Error 409: it exists"]
    assert tried.said == ["first deployment: producer: refused at plan (0 s)"]


def test_a_second_plan_that_is_not_empty_is_a_finding(tried: Tried) -> None:
    tried.rehearsal.deploy(tried.given("producer"))
    moved = PlannedChange(address="google_m.m", action="moved")
    updated = PlannedChange(address="google_x.y", action="updated")
    tried.terraform.plans["producer"] = Planned(ok=True, changes=(moved, updated), outputs=("url",))
    tried.rehearsal.settle()
    assert tried.findings == ["a second plan is not empty: google_x.y is updated; output url changes"]
    assert tried.account.findings[0].stack == "producer"


def test_a_connection_that_the_other_side_interrupted_is_a_finding(edited: Tried) -> None:
    edited.terraform.effects["deploy producer"] = lambda: edited.cloud.connect(endpoint=("2", "ACCEPTED"))
    edited.terraform.plans["deploy producer"] = change("replaced", "attachment")
    edited.rehearsal.edit(edited.given("producer", "consumer"))
    assert [fate.outcome for fate in edited.account.connections] == ["restored"]
    assert edited.findings == ["the connection of consumer/endpoint was interrupted by the other side"]


@pytest.mark.parametrize("action", ["replaced", "destroyed"])
def test_a_connection_that_its_own_side_replaced_is_none(edited: Tried, action: str) -> None:
    edited.terraform.effects["deploy consumer"] = lambda: edited.cloud.connect(endpoint=("2", "ACCEPTED"))
    edited.terraform.plans["deploy consumer"] = change(action, "endpoint")
    edited.rehearsal.edit(edited.given("producer", "consumer"))
    assert [fate.outcome for fate in edited.account.connections] == ["restored"]
    assert edited.findings == []


def test_a_renamed_endpoint_is_followed(edited: Tried) -> None:
    edited.terraform.effects["deploy consumer"] = lambda: edited.cloud.connect(other=("2", "ACCEPTED"))
    edited.terraform.plans["deploy consumer"] = change("replaced", "other", "endpoint")
    edited.rehearsal.edit(edited.given("producer", "consumer"))
    assert [(fate.name, fate.outcome) for fate in edited.account.connections] == [("consumer/other", "restored")]
    assert edited.findings == []


def test_another_consumers_endpoint_of_the_same_name_is_another_one(edited: Tried) -> None:
    """What a consumer does with its own endpoint explains nothing about somebody else's."""
    edited.terraform.effects["deploy producer"] = lambda: edited.cloud.connect(endpoint=("2", "ACCEPTED"))
    edited.terraform.plans["deploy partner"] = change("replaced", "endpoint")
    edited.rehearsal.edit(edited.given("producer", "consumer", "partner"))
    assert edited.findings == ["the connection of consumer/endpoint was interrupted by the other side"]
    edited.account.findings.clear()
    edited.terraform.plans["deploy partner"] = change("replaced", "other", "endpoint")
    edited.rehearsal.edit(edited.given("producer", "consumer", "partner"))
    assert [fate.name for fate in edited.account.connections] == ["consumer/endpoint"]


def test_a_connection_that_is_lost_is_a_finding(edited: Tried) -> None:
    edited.terraform.effects["deploy producer"] = lambda: edited.cloud.connect(endpoint=("1", "CLOSED"))
    edited.rehearsal.edit(edited.given("producer", "consumer"))
    assert edited.findings == ["the connection of consumer/endpoint is CLOSED, not ACCEPTED (lost)"]


def test_a_consumer_that_leaves_stays_deployed_and_is_destroyed_in_the_end(edited: Tried) -> None:
    """As in a real deployment: nothing destroys it, and the producer no longer accepts it."""
    edited.terraform.effects["deploy producer"] = lambda: edited.cloud.connect(endpoint=("1", "PENDING"))
    edited.terraform.done.clear()
    edited.rehearsal.edit(edited.given("producer", "partner"))
    edited.rehearsal.settle()
    assert edited.terraform.done == ["deploy producer", "deploy partner", "plan partner", "plan producer"]
    assert [(fate.name, fate.outcome) for fate in edited.account.connections] == [("consumer/endpoint", "lost")]
    assert edited.findings == []
    assert edited.account.notes == [
        "consumer has left the configuration and stays deployed, as nothing destroys it; its connection endpoint is "
        "PENDING (docs/troubleshooting.md, A consumer leaves)"
    ]
    edited.terraform.done.clear()
    edited.rehearsal.destroy()
    assert edited.terraform.done[-1] == "destroy producer", "whoever needs it goes before it"
    assert sorted(edited.terraform.done[:-1]) == ["destroy consumer", "destroy partner"]


def test_a_first_deployment_tells_its_connections_and_a_waiting_one_is_a_finding(tried: Tried) -> None:
    tried.cloud.connect(endpoint=("1", "PENDING"))
    tried.rehearsal.look()
    assert [fate.outcome for fate in tried.account.connections] == ["waiting"]
    assert tried.findings == ["the connection of endpoint is PENDING, not ACCEPTED (waiting)"]


def test_a_call_that_wanted_to_leave_is_a_finding_but_the_providers_own_question(tried: Tried) -> None:
    tried.cloud.notes = [
        {"kind": "left", "text": "openidconnect.googleapis.com:443"},
        {"kind": "left", "text": "example.com:443"},
        {"kind": "ignored", "text": "a field"},
    ]
    tried.rehearsal.look()
    assert tried.findings == ["a call tried to leave the machine: example.com:443"]


def test_what_is_left_over_is_a_finding(tried: Tried) -> None:
    tried.cloud.left = {"projects/p/global/networks/n": {}}
    tried.rehearsal.destroy()
    assert tried.findings == ["still there after destroy: projects/p/global/networks/n"]


def test_what_is_left_over_of_other_apis_is_told_too_but_for_what_was_there_before(tried: Tried) -> None:
    zone, name = "projects/p/managedZones/z", "a.example.com."
    sets: Json = {f"{zone}/rrsets/{name}/{type_}": {} for type_ in ("NS", "SOA", "A")}
    own_servers = f"{zone}/rrsets/sub.{name}/NS"
    tried.cloud.make_bucket("states")
    tried.rehearsal._beforehand.buckets.add("states")
    tried.cloud.more = {
        "dns": {zone: {"dnsName": name}, **sets, own_servers: {}, "projects/p/policies/q": {}},
        "accounts": {"a@p.iam.gserviceaccount.com": {}},
        "secrets": {"projects/p/secrets/s": {}},
        "certificates": {"projects/p/locations/r/certificates/c": {}},
        "buckets": {"states": [], "own": []},
    }
    tried.rehearsal.destroy()
    left = [zone, f"{zone}/rrsets/{name}/A", own_servers, "projects/p/policies/q"]
    left += ["projects/p/locations/r/certificates/c", "projects/p/secrets/s"]
    left += ["service account a@p.iam.gserviceaccount.com", "bucket own"]
    assert tried.findings == [f"still there after destroy: {', '.join(left)}"]


@pytest.mark.parametrize(
    ("api", "path"),
    [
        ("compute", "projects/p/global/networks/n"),
        ("run", "projects/p/locations/r/services/s"),
        ("dns", "projects/p/managedZones/z"),
        ("certificates", "projects/p/locations/r/certificates/c"),
    ],
)
def test_what_was_taken_for_granted_is_not_left_over(tried: Tried, api: str, path: str) -> None:
    tried.cloud.more = {api: {path: {}}}
    tried.rehearsal._beforehand.resources[path] = {}
    tried.rehearsal.destroy()
    assert tried.findings == []


def test_what_is_protected_is_deployed_without_protection_before_it_is_destroyed(tmp_path: Path) -> None:
    run = {"google_cloud_run_v2_service": {"hello": {"deletion_protection": True}}}
    account, terraform = Account(environment="e", provider="p"), FakeTerraform()
    rehearsal = Rehearsal(tmp_path / "in", FakeCloud(), terraform, account, lambda _: None)
    (tmp_path / "out").mkdir()
    rehearsal.deploy(stacks_of(folder(tmp_path / "out", {"producer": []}, resource=run)))
    rehearsal.destroy()
    assert terraform.done == ["deploy producer", "deploy producer", "destroy producer"]
    assert [step.what for step in account.steps] == ["first deployment", "destroy", "destroy"]
    assert account.notes == ["producer: deletion protection was lifted for the destroy"]


def test_state_buckets_are_there_before(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    backend = {"backend": {"gcs": {"bucket": "states"}}}
    stacks = stacks_of(folder(tmp_path / "out", {"producer": []}, terraform=backend))
    cloud = FakeCloud()
    rehearsal = Rehearsal(tmp_path / "in", cloud, FakeTerraform(), Account(environment="", provider=""), print)
    rehearsal.deploy(stacks)
    assert rehearsal.edit(stacks), "an edit finds them there"
    assert cloud.buckets == ["states"]


def test_projects_that_are_given_by_number_are_there_before(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    member = "serviceAccount:123456789012-compute@developer.gserviceaccount.com"
    looked_up = "serviceAccount:${data.google_project.c.number}-compute@developer.gserviceaccount.com"
    callers = {"google_cloud_run_v2_service_iam_member": {"a": {"member": member}, "b": {"member": looked_up}}}
    stacks = stacks_of(folder(tmp_path / "out", {"producer": []}, resource=callers))
    cloud = FakeCloud()
    rehearsal = Rehearsal(tmp_path / "in", cloud, FakeTerraform(), Account(environment="", provider=""), print)
    rehearsal.deploy(stacks)
    rehearsal.edit(stacks)
    assert cloud.projects == ["123456789012"]
