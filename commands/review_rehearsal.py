"""The rehearsals of `./psc review --rehearse`: what really becomes of the deployment, told in the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from commands.building import BuildError
from commands.environment import CHECKOUT
from commands.terraform import require_terraform

if TYPE_CHECKING:
    from deployment.account import Account
    from review.material import Material
    from review.side import Side


def rehearse_all(material: Material, before: Mapping[str, Side], after: Mapping[str, Side]) -> None:
    """A rehearsal of every environment in which something changes; what cannot be done is said in the report."""
    from deployment.hidden import scrub
    from deployment.unusable import UnusableError
    from rehearsal.cloud import CloudError
    from review.material import secrets_of
    from review.rehearsed import rehearsed

    for name in material.environments:
        new, old = after.get(name), before.get(name)
        changes = any(comparison.changes for comparison in material.code if comparison.stack.environment == name)
        if new is None or new.folder is None or not changes:
            continue
        former = str(old.folder.resolve()) if old and old.folder else None
        secrets = secrets_of(new, old)
        try:
            account = _account(str(new.folder.resolve()), former)
        except (BuildError, CloudError, UnusableError) as error:
            material.unrehearsed.append((name, " ".join(scrub(str(error), secrets).split())))
        else:
            material.rehearsals.append(rehearsed(account, name, secrets))


def _account(output: str, former: str | None) -> Account:
    from rehearsal.cloud import RehearsalCloud
    from rehearsal.rehearse import rehearse
    from rehearsal.sides import Sides
    from rehearsal.workplace import Workplace

    program = require_terraform().program
    with Workplace() as place, RehearsalCloud(CHECKOUT, place.folder / "requests.log") as cloud:
        wish = Sides(checkout=CHECKOUT, output=output, former_output=former).wish(place.folder, kept=False)
        return rehearse(wish, program, cloud, place.folder, lambda _: None)
