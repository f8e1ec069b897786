"""The form of the comment on a pull request, line by line: what review/formats/markdown.py writes, and nothing else.

For review/comment.py, so with the standard library alone. Texts of others stand in code spans, where Markdown knows no
links, images, mentions or HTML. Everything else is words: letters, digits and signs that mean nothing to GitHub. Two
lines of HTML are ours; GitHub reads what follows such a line as HTML up to a blank line, so that has to come at once.
"""

from __future__ import annotations

import re

MARKER = "<!-- cloudrun-psc review -->"
# A backtick or a pipe inside would end the span or the table's cell: the formatter writes them as \x60 and \x7c.
_CODE = r"`[^`|\n]+`"
_SIGN = r"[A-Za-z0-9_ .,;:()'\"/%=+?!…→−-]|\\[][<>*~]"
_WORDS = rf"(?:{_SIGN})+"
# Begins with no sign of Markdown's, so that it stays a paragraph.
_TEXT = rf"(?=[A-Za-z0-9(.`]|\*E)(?!\d+[.)](?: |$))(?:{_SIGN}|{_CODE}|\*(?:service attachment|endpoint|Expected)\*)+"
_SEEN = r"(?:, seen in [a-z ]+)?"
# What GitHub makes something of although it is only words: addresses, references to issues, advisories and commits,
# emoji (some are images). An underscore is no part of a word there, as it is to \b; a commit may consist of letters.
_EDGE, _END = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
_LIVE = re.compile(
    rf"://|www\.|{_EDGE}(?:mailto|xmpp|javascript|data):|{_EDGE}(?:GH|GHSA|CVE)-\w"
    rf"|{_EDGE}[0-9a-f]{{7,}}{_END}|:[\w+-]+:",
    re.IGNORECASE,
)
# Without what may be the name of an icon, as deployment/mermaid.py writes it.
_LABEL = r"(?:[A-Za-z0-9 ._/-]|:(?=[0-9])|#\d+;)*"

# Beside the code of its title a fold has the numbers of what changes, and no word that GitHub could make something of.
_TALLY = r"(?:\d{1,6} (?:created|changed|replaced|destroyed|moved|forgotten|left behind|outputs? and settings)(?:, )?)*"
_SOURCES = r"(?:code|(?:code and )?plan against the real state)"
_DETAILS = re.compile(rf"<details><summary><code>[A-Za-z0-9 ./_?-]*</code> \({_SOURCES}\): {_TALLY}</summary>")
_END_OF_DETAILS = "</details>"
_LINES = re.compile(
    "|".join(
        (
            r"",
            rf"## Review: {_WORDS}",
            rf"### (?:{_WORDS}|Rehearsal of {_CODE}: (?:held|\*\*did not hold\*\*))",
            rf"- \*\*(?:error|warning|note): {_WORDS}\*\* {_CODE}: {_TEXT}",
            rf"  - (?:Why it matters|What to do): {_TEXT}",
            rf"- {_TEXT} \({_CODE}{_SEEN}\)",
            rf"(?:- |> )?{_TEXT}",
            rf"\*\*{_WORDS}\*\* {_TEXT}",
            r"\| what \| attribute \| (?:before \| after|recorded \| real) \|",
            r"\|---\|---\|---\|---\|",
            rf"\| \*\*{_WORDS}\*\* {_CODE}(?:(?: of|, because of|, was) {_CODE})* \| \| \| \|",
            rf"\| \| {_CODE} \| (?:{_CODE})? \| (?:{_CODE})? \|",
            rf"Marked: \+ added, ~ changed, − removed; the rest stays\.(?:{_WORDS})?",
        )
    )
)
_PICTURE = re.compile(
    rf"flowchart LR|  subgraph s\d+\[\"{_LABEL}\"\]|  end|    n\d+\[\"(?:[+~−] )?{_LABEL}<br>{_LABEL}\"\]:::[a-z]+"
    rf"|  n\d+ -->(?:\|\"{_LABEL}\"\|)? n\d+|  classDef [a-z]+ [\w:#,.-]+"
)


def misshapen(text: str) -> int | None:
    """The number of the first line that no review writes or whose end is missing; None if there is none."""
    first, *lines = text.split("\n")
    if first != MARKER:
        return 1
    inside, folded, html = "", False, False
    for number, line in enumerate(lines, 2):
        opens, closes = _DETAILS.fullmatch(line), line == _END_OF_DETAILS
        fine: object
        if inside:
            fine = line == "```" or _PICTURE.fullmatch(line)
            inside = "" if line == "```" else inside
        elif html:
            fine, html = line == "", False
        elif opens or closes:
            fine, html, folded = bool(opens) != folded, True, bool(opens)
        elif line == "```mermaid":
            fine, inside = True, line
        else:
            fine = _LINES.fullmatch(line) and not _LIVE.search(re.sub(_CODE, "``", line))
        if not fine:
            return number
    return len(lines) + 1 if inside or folded or html else None
