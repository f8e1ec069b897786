"""For a terminal: plain lines. Whatever would be a control sequence is written out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deployment.comparison import Change, Difference
from deployment.printable import printable
from review.findings import texts
from review.formats.wording import action, computed, existing, headline, tally, told, unknown
from review.report import Report
from review.sentence import Sentence, contrasted, shown
from review.topics import HEADINGS


def text(report: Report) -> str:
    """The whole report."""
    return "\n".join(_lines(report)) + "\n"


def _say(sentence: Sentence) -> str:
    return sentence.write(printable)


def _lines(report: Report) -> Iterator[str]:
    yield f"review against {printable(report.base)}: {headline(report)}"
    yield from (f"note: {_say(note)}" for note in report.notes)
    for finding in report.findings:
        mark = "cannot tell: " if finding.undecided else ""
        place = f"{printable(finding.stack)}: {printable(finding.address)}"
        yield f"{finding.severity}: {place}: {mark}{_say(finding.detail)} [{finding.rule}]"
        what, _, remedy = texts(finding.rule)
        yield f"    {what} {remedy}"
    for topic, title in HEADINGS.items():
        yield from _block(title, [f"{printable(decision.stack)}: {_say(decision.sentence)}{_source(decision.source)}"
                                  for decision in report.decisions if decision.topic == topic])  # fmt: skip
    yield from _block("Accepted", [
        f"{printable(accepted.finding.address)}: {accepted.finding.rule}, until {accepted.by.expires}: "
        f"{printable(accepted.by.reason)}"
        for accepted in report.acknowledged
    ])  # fmt: skip
    for rehearsal in report.rehearsals:
        verdict = "held" if rehearsal.held else "did not hold"
        yield from _block(f"Rehearsal of {printable(rehearsal.environment)}: {verdict}", map(_say, rehearsal.lines))
    for comparison in report.changed:
        yield from _block(_say(tally(comparison)), (line for change in comparison.changes for line in _change(change)))
    yield from _block("Unknown until apply", [f"{printable(f'{stack}: {address}')}: {printable(', '.join(attributes))}"
                                              for stack, address, attributes in unknown(report)])  # fmt: skip
    if computed(report):
        yield f"{computed(report)} attributes that the provider computes are known after apply, as always"
    drift = [f"{printable(stack)}: {line}" for stack, change in report.drift for line in _change(change)]
    yield from _block("Changed outside Terraform, not by this change", drift)
    if report.resolved or existing(report):
        yield ""
    if report.resolved:
        yield f"{report.resolved} former finding{'s are' if report.resolved > 1 else ' is'} gone"
    if existing(report):
        yield existing(report)


def _source(source: str) -> str:
    return "" if source == "code" else f" (from the {source.replace(', ', ' and the ')})"


def _block(title: str, lines: Iterable[str]) -> Iterator[str]:
    indented = [f"  {line}" for line in lines]
    yield from ["", title, *indented] if indented else []


def _change(change: Change) -> Iterator[str]:
    why = f" because of {printable('; '.join(change.because))}" if change.because else ""
    former = f" (was {printable(change.former_address)})" if change.former_address else ""
    yield f"{action(change)} {printable(change.address)}{former}{why}"
    yield from (f"    {_difference(difference)}" for difference in told(change))


def _difference(difference: Difference) -> str:
    values = (difference.before, difference.after)
    texts_ = map(shown, values) if difference.added or difference.removed else contrasted(*values)
    path, before, after = map(printable, (difference.path, *texts_))
    if difference.added:
        return f"+ {path} = {after}"
    return f"- {path} = {before}" if difference.removed else f"  {path}: {before} → {after}"
