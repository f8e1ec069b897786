"""What a rehearsal's verdict rests on, as the stand-in tells it."""

from __future__ import annotations

from deployment.account import Doubt, Ground
from deployment.values import Json


def ground(state: Json) -> Ground:
    """The kinds that were changed, by whether Google's own tests pass for them, and the rules in doubt."""
    judged = state["judged"]
    return Ground(
        proven=tuple(judged["proven"]),
        unproven=tuple(kind for kind in judged["kinds"] if kind not in judged["proven"]),
        in_doubt=tuple(Doubt(**entry) for entry in judged["in_doubt"]),
    )
