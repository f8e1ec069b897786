"""What took the time, in one line."""

from __future__ import annotations

import re

from rehearsal.spent import Spent


def test_the_parts_are_told_in_the_order_in_which_they_come() -> None:
    spent = Spent()
    spent.on("synthesis")
    line = spent.line({"apply": 12.34, "init": 0.4, "version": 0.1, "plan": 3.0})
    assert re.fullmatch(
        r"time: synthesis 0\.\d s, init 0\.4 s, plan 3\.0 s, apply 12\.3 s; what ran side by side counts in full", line
    )
