"""For a terminal: lines with their styles. Whatever would be a control sequence is written out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deployment.comparison import Change, Difference
from deployment.line import Line, Style, style_of
from deployment.printable import printable
from review.findings import Finding, texts
from review.formats.wording import action, computed, existing, headline, listed, mark, tally, told, unknown, verdict
from review.report import Report
from review.rules.rule import NOTE, WARNING
from review.sentence import Sentence, contrasted, shown
from review.topics import HEADINGS

_STYLES: dict[str, Style] = {"error": "error", "warning": "warning", "note": "note"}
# Less than this is on a screen of 24 lines with its headline.
_SCREEN = 20


def text(report: Report, fail_on: str = WARNING) -> str:
    """The whole report."""
    return "\n".join(lines(report, fail_on)) + "\n"


def _say(sentence: Sentence) -> str:
    return sentence.write(printable)


def lines(report: Report, fail_on: str = WARNING) -> Iterator[str]:
    """The whole report, line by line; the end says again what came out, for it is what is still on the screen."""
    yield headline_of(report)
    body = list(_body(report))
    yield from body
    yield ""
    if len(body) > _SCREEN:
        yield headline_of(report)
    yield result(report, fail_on)


def findings(report: Report, fail_on: str = WARNING) -> Iterator[str]:
    """The headline, what the rules found, and the result."""
    yield headline_of(report)
    yield from _findings(report.findings)
    yield result(report, fail_on)


def result(report: Report, fail_on: str = WARNING) -> Line:
    """The last line: the exit code, and why."""
    return Line(verdict(report, fail_on), "bad" if report.fails(fail_on) else "good")


def headline_of(report: Report) -> Line:
    """The first line: with what is compared, and how much there is."""
    return Line(f"review against {printable(report.base)}: {headline(report)}", "heading")


def _findings(found: Iterable[Finding]) -> Iterator[str]:
    for finding in found:
        place = f"{printable(finding.stack)}: {printable(finding.address)}"
        yield Line(
            f"{finding.severity}: {place}: {mark(finding)}{_say(finding.detail)} [{finding.rule}]",
            _STYLES[finding.severity],
        )
        what, _, remedy = texts(finding)
        yield f"    {what} {remedy}"


def _body(report: Report) -> Iterator[str]:
    yield from _findings(finding for finding in report.findings if finding.severity != NOTE)
    for topic, title in HEADINGS.items():
        yield from _block(title, [f"{printable(decision.stack)}: {_say(decision.sentence)}"
                                  f"{'' if report.alone else _source(decision.source)}"
                                  for decision in report.decisions if decision.topic == topic])  # fmt: skip
    told = (*_findings(finding for finding in report.findings if finding.severity == NOTE),
            *(Line(f"note: {_say(note)}", "note") for note in report.notes))  # fmt: skip
    yield from ["", *told] if told else []
    yield from _block("Accepted", [
        f"{printable(accepted.finding.address)}: {accepted.finding.rule}, until {accepted.by.expires}: "
        f"{printable(accepted.by.reason)}"
        for accepted in report.acknowledged
    ])  # fmt: skip
    for rehearsal in report.rehearsals:
        verdict = "held" if rehearsal.held else "did not hold"
        yield from _block(f"Rehearsal of {printable(rehearsal.environment)}: {verdict}", map(_say, rehearsal.lines))
    for stack in listed(report):
        yield from _block(
            _say(tally(stack)), (line for change, where in stack.changes for line in _change(change, where))
        )
    yield from _block("Unknown until apply", [f"{printable(f'{stack}: {address}')}: {printable(', '.join(attributes))}"
                                              for stack, address, attributes in unknown(report)])  # fmt: skip
    if computed(report):
        yield f"{computed(report)} attributes that the provider computes are known after apply, as always"
    drift = [f"{printable(stack)}: {line}" for stack, change in report.drift for line in _change(change)]
    yield from _block("Changed outside Terraform, not by this change", drift)
    yield from _block("Findings that were there before", _findings(report.former))
    if report.resolved or existing(report):
        yield ""
    if report.resolved:
        yield f"{report.resolved} former finding{'s are' if report.resolved > 1 else ' is'} gone"
    if existing(report):
        yield existing(report)


def _source(source: str) -> str:
    return "" if source == "code" else f" (from the {source.replace(', ', ' and the ')})"


def _block(title: str, lines: Iterable[str]) -> Iterator[str]:
    indented = [Line(f"  {line}", getattr(line, "style", "")) for line in lines]
    yield from ["", Line(title, "heading"), *indented] if indented else []


def _change(change: Change, where: str = "") -> Iterator[str]:
    why = f" because of {printable('; '.join(change.because))}" if change.because else ""
    former = f" (was {printable(change.former_address)})" if change.former_address else ""
    yield Line(f"{action(change, where)} {printable(change.address)}{former}{why}", style_of(change.action))
    for difference in told(change):
        said = _difference(difference)
        yield Line(f"    {said}", said.style)


def _difference(difference: Difference) -> Line:
    values = (difference.before, difference.after)
    texts_ = map(shown, values) if difference.added or difference.removed else contrasted(*values)
    path, before, after = map(printable, (difference.path, *texts_))
    if difference.added:
        return Line(f"+ {path} = {after}", "added")
    if difference.removed:
        return Line(f"- {path} = {before}", "removed")
    return Line(f"  {path}: {before} → {after}", "changed")
