"""What a change costs, by README's figures."""

from __future__ import annotations

from typing import Any

import pytest

from deployment.comparison import compare
from review.comment_form import misshapen
from review.costs import cost_of
from review.formats import markdown, terminal
from tests.review.stacks import PRODUCER, edited, reported, stack

Json = dict[str, Any]
RULES, VMS = "resource/google_compute_forwarding_rule", "resource/google_compute_instance"
ENDPOINT = {"name": "e", "target": "projects/p/regions/r/serviceAttachments/a", "load_balancing_scheme": ""}
FRONT = PRODUCER["resource"]["google_compute_forwarding_rule"]["shop"]
MICRO = {"name": "vm", "machine_type": "e2-micro"}


def cost(before: Json | None, after: Json | None) -> list[str]:
    old, new = (stack(content) if content else None for content in (before, after))
    return [str(sentence) for sentence in cost_of([compare(old, new)])]


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (edited(PRODUCER, f"{RULES}/e", ENDPOINT), "7 US dollars a month more, at list prices: PSC endpoint +7"),
        (edited(edited(PRODUCER, f"{RULES}/e", ENDPOINT), f"{RULES}/f", ENDPOINT | {"name": "f"}),
         "14 US dollars a month more, at list prices: 2 PSC endpoints +14"),
        (edited(PRODUCER, f"{VMS}/vm", MICRO), "7 to 10 US dollars a month more, at list prices: test VM +7 to 10"),
        (edited(PRODUCER, f"{RULES}/other", FRONT | {"network": "another"}), "55 US dollars a month more"),
        (edited(PRODUCER, RULES, {"e": ENDPOINT}), "48 US dollars a month less, at list prices: internal load balancer "
         "−55, PSC endpoint +7"),
    ],
)  # fmt: skip
def test_what_is_added_costs_what_readme_says(after: Json, words: str) -> None:
    (sentence,) = cost(PRODUCER, after)
    assert words in sentence
    report = reported(PRODUCER, after)
    assert sentence in terminal.text(report)
    assert sentence in markdown.text(report)
    assert misshapen(markdown.text(report)) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PRODUCER, PRODUCER),
        (PRODUCER, edited(PRODUCER, f"{RULES}/second", FRONT | {"name": "second"})),
        (PRODUCER, edited(PRODUCER, f"{RULES}/shop/name", "renamed")),
        (PRODUCER, edited(PRODUCER, f"{VMS}/vm", MICRO | {"machine_type": "n2-standard-8"})),
        (PRODUCER, None),
    ],
    ids=["same", "shares the proxies", "replaced", "another type", "left behind"],
)
def test_what_costs_the_same_is_not_told(before: Json, after: Json | None) -> None:
    assert cost(before, after) == []
