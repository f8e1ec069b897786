"""A rehearsal from beginning to end, as a function: stacks in, an account out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deployment.account import Account
from deployment.deployer import Deployer
from deployment.output_folder import StackFolder
from deployment.terraform import Terraform
from deployment.terraform_variables import for_deployment, for_init
from rehearsal.cloud import RehearsalCloud
from rehearsal.ground import ground
from rehearsal.run import Rehearsal
from rehearsal.spent import spent


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be rehearsed.

    `stacks` are deployed, over `former` where there is any; `environment` and `former_name` are what they are called,
    `notes` what is worth knowing of how they were made, which took `synthesis_seconds`. What is to be `kept` is not
    destroyed in the end.
    """

    stacks: list[StackFolder]
    environment: str
    former: list[StackFolder]
    former_name: str = ""
    notes: tuple[str, ...] = ()
    kept: bool = False
    synthesis_seconds: float = 0.0


def rehearse(
    wish: Wish,
    program: str,
    cloud: RehearsalCloud,
    folder: Path,
    tell: Callable[[str], None],
    doing: Callable[[str], None] = lambda _: None,
) -> Account:
    """Rehearse with the Terraform `program`, in a folder, against a cloud that is empty.

    `tell` gets a line for each step when it is done, `doing` what is being done from now on.

    Raises:
        UnusableError: when a stack or the provider cannot be used.
        CloudError: when the stand-in does not come up, or does not answer.
    """
    home = folder / "home"
    home.mkdir()
    tell(f"stand-in at {cloud.url}; no API is enabled yet")
    variables = for_deployment(home, cloud.url, cloud.endpoints)
    account = Account(environment=wish.environment, provider=_provider(wish.stacks), former=wish.former_name)
    account.notes += wish.notes
    terraform = Terraform(program)
    with Deployer(terraform, for_init(), variables, tell) as deployer:
        rehearsal = Rehearsal(folder / "stacks", cloud, deployer, account, tell, doing)
        went = rehearsal.deploy(wish.former or wish.stacks)
        if wish.former and went:
            went = rehearsal.edit(wish.stacks)
        if went:
            rehearsal.settle()
        rehearsal.look()
        if went and not wish.kept:
            rehearsal.destroy()
        account.ground = ground(cloud.state())
    tell(spent(wish.synthesis_seconds, terraform.seconds))
    return account


def _provider(stacks: list[StackFolder]) -> str:
    wanted = stacks[0].content().get("terraform", {}).get("required_providers", {}).get("google", "")
    return str(wanted.get("version", "") if isinstance(wanted, dict) else wanted)
