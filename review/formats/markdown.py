"""Markdown for one comment on a pull request, which is updated in place.

Every text of others stands in a code span: there GitHub makes no mention, link, image or HTML of it. In the picture it
is written with Mermaid's numeric entities. A comment holds 65,536 characters, so entries are left out
from the end. Every line that is written here has its shape in review/comment_form.py, or the comment is not posted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deployment.comparison import Change, Difference
from deployment.mermaid import mermaid
from deployment.picture import picture
from deployment.printable import printable
from review.comment_form import MARKER
from review.decisions import Decision
from review.findings import Finding, texts
from review.formats.wording import action, computed, existing, headline, listed, mark, tally, told, unknown
from review.report import Report
from review.rules.rule import NOTE
from review.sentence import Sentence, contrasted, shown
from review.topics import HEADINGS

# GitHub refuses a comment of more than 65,536 characters; some are left for what the workflow adds.
LARGEST = 64_000
# No single text of others, such as an address, may take the room of what else there is to say.
_LONGEST = 700


@dataclass(frozen=True)
class Part:
    """A piece of the comment: `units` can be left out from the end, one by one; `head` and `tail` belong to them."""

    head: str
    units: tuple[str, ...] = ()
    tail: str = ""

    def cut(self, room: int) -> tuple[str, int]:
        """As much of it as fits into `room` characters, and how many units do not; "" when not even one does."""
        whole = "\n".join([self.head, *self.units, *([self.tail] if self.tail else [])])
        if len(whole) <= room:
            return whole, 0
        room -= len(self.head) + len(self.tail) + 2
        kept: list[str] = []
        for unit in self.units:
            room -= len(unit) + 1
            if room < 0:
                break
            kept.append(unit)
        if not kept:
            return "", max(1, len(self.units))
        return "\n".join([self.head, *kept, *([self.tail] if self.tail else [])]), len(self.units) - len(kept)


def text(report: Report, largest: int = LARGEST) -> str:
    """The whole comment."""
    kept: list[str] = []
    room, left_out = largest - 300, 0
    for part in _parts(report):
        made, missing = part.cut(room - 2)
        left_out += missing
        if made:
            kept.append(made)
            room -= len(made) + 2
    if left_out:
        plural = "s" if left_out > 1 else ""
        kept.append(
            f"**{left_out} further entr{'ies' if plural else 'y'} did not fit into a comment.** "
            "The workflow's summary and artifact hold all of it, and so does `./psc review` in a checkout."
        )
    return "\n\n".join(kept) + "\n"


def code(value: str) -> str:
    """A text of others as a code span that nothing inside can end, in a table too."""
    plain = printable(shown(value, _LONGEST)) if value.strip() else "(empty)"
    plain = plain.replace("`", r"\x60").replace("|", r"\x7c")
    pad = " " if plain[0] == plain[-1] == " " else ""  # a pair of spaces is taken away
    return f"`{pad}{plain}{pad}`"


def _words(text: str) -> str:
    """Words of our own: brackets and stars stay what they are."""
    return re.sub(r"[][<>*~]", r"\\\g<0>", text)


def _say(sentence: Sentence) -> str:
    return sentence.write(code)


def _parts(report: Report) -> Iterator[Part]:
    yield Part(f"{MARKER}\n## Review: {headline(report)}")
    yield Part(_introduction(report))
    graver = [finding for finding in report.findings if finding.severity != NOTE]
    if graver:
        yield Part("### Findings that this change brings\n", tuple(_findings(graver)))
    for topic, title in HEADINGS.items():
        decided = [decision for decision in report.decisions if decision.topic == topic]
        if decided:
            units = (
                f"- {_say(decision.sentence)} {_where(decision.stack, _seen(report, decision))}" for decision in decided
            )
            yield Part(f"### {title}\n", tuple(units))
    notes = [*_findings(finding for finding in report.findings if finding.severity == NOTE),
             *(f"- {_say(note)}" for note in report.notes)]  # fmt: skip
    if notes:
        yield Part("### Notes\n", tuple(notes))
    if report.acknowledged:
        units = (
            f"- {code(accepted.finding.address)}: {code(accepted.finding.rule)}, until {accepted.by.expires}. "
            f"Reason given: {code(shown(accepted.by.reason, 500))}"
            for accepted in report.acknowledged
        )
        yield Part("### Accepted in the configuration\n", tuple(units))
    yield from _rehearsals(report)
    drawn = picture(report.comparisons)
    if drawn.nodes:
        yield Part("### The deployment\n\n" + mermaid(drawn))
    yield from _details(report)
    yield from _rest(report)


def _seen(report: Report, decision: Decision) -> str:
    return "code" if report.alone else decision.source


def _introduction(report: Report) -> str:
    if report.alone:
        return f"What applying this would change, compared with {code(report.base)}."
    names = ", ".join(code(name) for name in report.environments) or "none"
    return (
        f"What merging this would change in the deployment, compared with {code(report.base)}; environments: {names}. "
        "A Cloud Run service is published by a *service attachment*; other projects reach it through an *endpoint* in "
        "their own network, once the attachment's accept list lets them in."
        if not report.empty
        else f"The deployment stays as it is: nothing that is deployed differs from {code(report.base)} "
        f"(environments: {names})."
    )


def _findings(found: Iterable[Finding]) -> Iterator[str]:
    for finding in found:
        what, why, remedy = map(_words, texts(finding))
        place = code(f"{finding.stack}: {finding.address}")
        yield (
            f"- **{finding.severity}: {what}** {place}: {mark(finding)}{_say(finding.detail)}.\n"
            f"  - Why it matters: {why}\n  - What to do: {remedy} (rule {code(finding.rule)})"
        )


def _where(stack: str, source: str) -> str:
    seen = "" if source == "code" else f", seen in {source.replace(', ', ' and ')}"
    return f"({code(stack)}{seen})"


def _rehearsals(report: Report) -> Iterator[Part]:
    for rehearsal in report.rehearsals:
        verdict = "held" if rehearsal.held else "**did not hold**"
        yield Part(
            f"### Rehearsal of {code(rehearsal.environment)}: {verdict}\n\nThe base was deployed with the real "
            "Terraform and google provider against a stand-in of Google's APIs, then this change.\n",
            tuple(f"- {_say(line)}" for line in rehearsal.lines),
        )


def _details(report: Report) -> Iterator[Part]:
    if report.changed:
        inferred = any(change.inferred for comparison in report.changed for change in comparison.changes)
        note = "\n\n*Expected* replacements follow from the provider's rules; a plan or a rehearsal confirms them."
        yield Part(f"### Everything that changes, by stack{note if inferred else ''}")
    for stack in listed(report):
        title = tally(stack).write(lambda value: f"<code>{_title(value)}</code>")
        head = f"<details><summary>{title}</summary>\n\n| what | attribute | before | after |\n|---|---|---|---|"
        yield Part(
            head, tuple(row for change, where in stack.changes for row in _rows(change, where=where)), "\n</details>"
        )


def _rows(change: Change, of: str = "", where: str = "") -> Iterator[str]:
    because = f", because of {code('; '.join(change.because))}" if change.because else ""
    former = f", was {code(change.former_address)}" if change.former_address else ""
    yield f"| **{action(change, where)}** {code(change.address)}{of}{because}{former} | | | |"
    yield from (_row(difference) for difference in told(change))


def _row(difference: Difference) -> str:
    values = (difference.before, difference.after)
    before, after = map(code, map(shown, values) if difference.added or difference.removed else contrasted(*values))
    return (
        f"| | {code(difference.path)} | {'' if difference.added else before} | {'' if difference.removed else after} |"
    )


def _rest(report: Report) -> Iterator[Part]:
    later = [
        f"- {code(f'{stack}: {address}')}: {', '.join(code(attribute) for attribute in attributes[:12])}"
        for stack, address, attributes in unknown(report)
    ]
    if computed(report):
        later.append(f"- {computed(report)} attributes that the provider computes, as always")
    if later:
        yield Part("### Unknown until apply\n", tuple(later))
    if report.drift:
        head = (
            "### Changed outside Terraform, not by this change\n\nSomebody else changed these; the next apply may "
            "change them back.\n\n| what | attribute | recorded | real |\n|---|---|---|---|"
        )
        yield Part(head, tuple(row for stack, change in report.drift for row in _rows(change, f" of {code(stack)}")))
    if report.former:
        yield Part("### Findings that were there before\n", tuple(_findings(report.former)))
    closing = []
    if report.resolved:
        closing.append(f"{report.resolved} former finding{'s are' if report.resolved > 1 else ' is'} gone.")
    if existing(report):
        closing.append(existing(report))
    if closing:
        yield Part(" ".join(closing))


def _title(value: str) -> str:
    """A text of others in a heading of HTML, where there are no code spans: letters, digits and a few signs."""
    return "".join(
        character if character.isascii() and (character.isalnum() or character in " ./_-") else "?"
        for character in shown(value, _LONGEST)
    )
