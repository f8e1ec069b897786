"""Texts that want to be more than text in a comment on GitHub, and reports with one in every place for a value."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from deployment.comparison import Difference
from review.rehearsed import rehearsed
from review.report import Report
from review.sentence import quote
from tests.review.test_formats import evil_report
from tests.review.test_report import account

_LIVE = [
    "@everyone", "a@evil.example", "mailto:a@evil.example", "xmpp:a@evil.example", "https://evil.example/x|y",
    "http://evil.example", "ftp://evil.example", "www.evil.example", "<https://evil.example>", "[x](https://evil.example)",
    "![x](https://evil.example/p.png)", "[x][y]\n\n[y]: https://evil.example", "<img src=https://evil.example>",
    "<a href=//evil.example>x</a>", "<script>x</script>", "<!-- x", "<svg/onload=x>", "<h1>x</h1>", "#1", "GH-1",
    "owner/repo#1", "&#64;everyone", "&lt;img src=x&gt;", "&commat;x", "**bold**", ":shipit:", "$x$", "[^1]",
]  # fmt: skip
_FRAMES = [
    "{}", "`{}`", "``{}", "```\n{}\n```", "\\`{}", "{}\\", "|{}|", "\\|{}", "`|{}|`", "`\n\n{}", "</code>{}",
    "</summary>{}", "</details>\n\n{}", '"]{}', " {} ",
]  # fmt: skip
TEXTS = [frame.format(text) for text, frame in product(_LIVE, _FRAMES)]


def hostile_report(text: str) -> Report:
    """A report that has every part, with `text` for every value that somebody else may have chosen."""
    report = evil_report(text)
    (one,) = report.comparisons
    assert one.after is not None
    difference = Difference(path=text, before=text, after=f"{text}{text}")
    change = replace(
        one.changes[0], address=text, former_address=text, action="replaced", because=(text, text), unknown=(text,),
        inferred=True, differences=(difference, replace(difference, added=True), replace(difference, removed=True)),
    )  # fmt: skip
    named = replace(one, after=replace(one.after, environment=text, name=text), source="plan")
    return replace(
        report,
        base=text,
        environments=(text, text),
        comparisons=(one, replace(named, changes=(change,), drift=(change,))),
        notes=(quote(text),),
        resolved=2,
        existing={"error": 1, "warning": 2, "note": 0},
        findings=tuple(replace(finding, stack=text, address=text, detail=quote(text)) for finding in report.findings),
        decisions=tuple(replace(decision, stack=text, sentence=quote(text)) for decision in report.decisions),
        rehearsals=(replace(rehearsed(account(), "default"), environment=text, lines=(quote(text),)),),
    )
