"""A live deployment in a cloud of its own: deployed once, copied for each test, edited, looked at."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from config.loading import load
from deployment.account import Account
from deployment.deployer import Deployer
from deployment.existing import Granted
from deployment.output_folder import StackFolder, stacks_of
from deployment.terraform import Terraform
from deployment.terraform_variables import for_deployment, for_init
from deployment.values import Json
from rehearsal.run import Rehearsal
from stacks.synthesis import synthesize
from standin import Standin, environment, existing
from standin.cloud import Cloud
from tests.conftest import REFERENCE

CHECKOUT = Path(__file__).resolve().parents[2]
PRODUCER, CONSUMER = "example-producer-project", "example-consumer-project"
# Numbers that do not depend on who asks first.
PROJECTS = {PRODUCER: "111111111111", CONSUMER: "222222222222", "example-other-project": "333333333333"}


class Live:
    """One deployment: a folder, a cloud, and what stands in both."""

    def __init__(self, folder: Path, program: str, former: Live | None = None) -> None:
        """`folder` is empty, or a copy of the `former` deployment's, whose cloud is copied too."""
        self.folder, self.program = folder, program
        self.standin: Standin = Standin(cloud=copied(former.standin.cloud) if former else Cloud(PROJECTS)).start()
        (folder / "home").mkdir(parents=True, exist_ok=True)
        variables = for_deployment(folder / "home", self.standin.url, environment(self.standin.url))
        first = Deployer(Terraform(program), for_init(), variables)
        self.deployer: Deployer = former.deployer.beside(variables) if former else first
        self.standing: list[StackFolder] = []
        self._synthesized = 0

    def deploy(self, config: Mapping[str, Any]) -> Outcome:
        """Deploy a configuration in the ordinary way, over what stands; producer first, then the consumers."""
        return self.deploy_stacks(self.synthesize(config))

    def deploy_stacks(self, stacks: list[StackFolder]) -> Outcome:
        """Deploy synthesized stacks, which need not be of one configuration."""
        report = Account(environment="tried", provider="")
        rehearsal = Rehearsal(self.folder / "stacks", _Within(self.standin), self.deployer, report, print)
        if self.standing:
            rehearsal.take_over(self.standing)
            went = rehearsal.edit(stacks)
        else:
            went = rehearsal.deploy(stacks)
            rehearsal.look()
        self.standing = stacks
        if went:
            rehearsal.settle()
        return Outcome(went, report, self.state())

    def destroy(self) -> Outcome:
        """Destroy everything, consumers first."""
        report = Account(environment="tried", provider="")
        rehearsal = Rehearsal(self.folder / "stacks", _Within(self.standin), self.deployer, report, print)
        rehearsal.take_over(self.standing)
        rehearsal.destroy()
        return Outcome(report.held, report, self.state())

    def synthesize(self, config: Mapping[str, Any]) -> list[StackFolder]:
        """The stacks of a configuration, as `./psc synth` writes them."""
        file = self.folder / "tried.yaml"
        file.write_text(yaml.safe_dump(dict(config), sort_keys=False))
        self._synthesized += 1
        out = self.folder / f"out-{self._synthesized}"
        synthesize(load(REFERENCE, {"PSC_CONFIG": str(file)}).settings, out, REFERENCE / "locks")
        return stacks_of(out)

    def stack(self, name: str) -> Path:
        """The folder that Terraform runs in."""
        return self.folder / "stacks" / name

    def stack_folder(self, name: str) -> StackFolder:
        """The same, as what runs Terraform wants it."""
        return StackFolder(name, self.stack(name))

    def state(self) -> Json:
        """Everything that exists in the cloud."""
        return _Within(self.standin).state()

    def stop(self) -> None:
        """End everything that runs for it."""
        self.deployer.end()
        self.standin.stop()

    def copy(self, folder: Path) -> Live:
        """The same deployment in another folder and another cloud: tests do not see each other's edits."""
        # What stands in its home are sockets of its own providers.
        shutil.copytree(self.folder, folder, symlinks=True, ignore=shutil.ignore_patterns("home"))
        other = Live(folder, self.program, self)
        other._synthesized = self._synthesized
        other.standing = [
            StackFolder(stack.name, folder / stack.folder.relative_to(self.folder), stack.needs)
            for stack in self.standing
        ]
        return other


@dataclass(frozen=True)
class Outcome:
    """What a deployment came to, and the cloud after it."""

    went: bool
    report: Account
    cloud: Json = field(repr=False)

    @property
    def changes(self) -> dict[str, str]:
        """What the last deployment's plans did: `stack address` → action."""
        return {
            f"{step.stack} {change.address}": change.action
            for step in self.report.steps
            if step.what in {"deployment", "first deployment"}
            for change in step.changes
        }

    @property
    def connections(self) -> dict[str, str]:
        """Endpoint's name → what became of its connection."""
        return {fate.endpoint.rpartition("/")[2]: fate.outcome for fate in self.report.connections}

    @property
    def findings(self) -> list[str]:
        """Every finding as a sentence; empty when it held."""
        return [f"{finding.kind}: {finding.message}" for finding in self.report.findings]

    @property
    def warnings(self) -> str:
        """What Terraform warned of, `check` blocks included."""
        return "\n".join(f"{one.summary} {one.detail}" for step in self.report.steps for one in step.warnings)

    def named(self, collection: str, name: str, project: str = PRODUCER) -> Json:
        """A resource of the cloud by its collection and name, such as `serviceAttachments`."""
        return found(self.cloud, collection, name, project)


def found(cloud: Json, collection: str, name: str, project: str = PRODUCER) -> Json:
    """A resource by collection and name; empty when there is none."""
    for path, body in (cloud["compute"] | cloud["run"]).items():
        if path.startswith(f"projects/{project}/") and path.endswith(f"/{collection}/{name}"):
            resource: Json = body
            return resource
    return {}


class _Within:
    """The stand-in in this process, as a rehearsal asks it."""

    def __init__(self, standin: Standin) -> None:
        self._standin = standin

    def state(self) -> Json:
        return deepcopy(self._standin.state())

    def make_bucket(self, name: str) -> None:
        self._standin.cloud.buckets.setdefault(name, {})

    def make_project(self, number: str) -> None:
        self._standin.cloud.given(number)

    def make_existing(self, granted: Granted) -> None:
        existing.make(
            self._standin.cloud,
            granted.resources,
            granted.services,
            sorted(granted.shared),
            granted.certificates,
            granted.zones,
            granted.secrets,
        )


def copied(cloud: Cloud) -> Cloud:
    """Another cloud in which the same stands."""
    cloud.finish_all()
    other = Cloud()
    for name, value in vars(cloud).items():
        # Operations are over, and hold functions of the cloud that they ran in.
        if name not in {"lock", "clock", "operations"}:
            setattr(other, name, deepcopy(value))
    return other
