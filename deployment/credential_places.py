"""Credentials that their place tells: a column with a telling name, a word in a sentence, the next entry of a list.

What stands there is often something else, so a value in a sentence or a list has to look unlike a word as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from deployment.credential_names import is_credential_name
from deployment.credential_pairs import is_credential

# `API key`, `DB_PASSWORD`
_NAME = r"(?P<name>(?:(?i:api|access|secret|private|signing|encryption|license|account) )?[A-Za-z][\w.-]{0,80})"
_VALUE = r"[\"'`]?(?P<value>[^\s\"'`<>(){},;|]{6,80})"
# `the password of bob is …`, `TOKEN for the staging database: …`, `password -> …`
_SAID = re.compile(
    rf"(?<![\w.-]){_NAME}(?: (?:of|for|on|at|in)(?: [\w'-]{{1,24}}){{1,4}})?"
    rf"(?: (?:is|was|equals|reads|to)(?: now| still)?:?|:| ?(?:->|→|=>)) {{1,4}}(?={_VALUE})"
)
# `use … as the password`
_USED = re.compile(
    rf"\b(?:use|using|with|enter|type|set|sets|has) {_VALUE}[\"'`]? (?:as|for) (?:the |its |your |a |an )?{_NAME}"
)
# `password …`, `("password", "…")`, `| password | … |`, `password,…`, `password(…)`
_NEXT = re.compile(rf"(?<![\w.-]){_NAME}[\"'`]?(?:[ \t]{{0,4}}[,;|(][ \t]{{0,4}}|\t| {{1,4}})(?={_VALUE})")
# Has letters, and digits or signs that names do not have.
_UNLIKE_A_WORD = re.compile(r"(?=[^A-Za-z]{0,80}[A-Za-z])(?:[^0-9]{0,80}[0-9]|[^!#$^*?+~%]{0,80}[!#$^*?+~%].)")
# Names with a number, addresses, versions, dates, files, links, quantities: `db-1`, `a.b.c/d`, `v1.2`, `3.days`.
_OF_OTHER_THINGS = re.compile(
    r"[a-z]{1,24}[_.-]?v?[0-9]{1,3}|v[0-9]{1,3}(?:alpha|beta|rc)[0-9]{0,3}|v?[0-9][\d.:_/-]{0,80}[a-z]{0,7}|\S{0,80}[/\\]\S{0,80}"
    r"|[\w.+-]{1,80}@[\w-]{1,80}\.[\w.-]{1,80}|[\w-]{1,80}(?:\.[\w-]{1,80}){1,9}|[\w.-]{1,80}:[\w.-]{1,80}"
    r"|[A-Za-z]{1,80}[?!]|\S{0,80}\.\.\.?",
)
_INTO = re.compile(
    r"\b(?:insert|replace)\s{1,9}(?:ignore\s{1,9})?into\s{1,9}[\w.\"`\[\]]{1,128}\s{0,9}\((?P<columns>[^()]{1,4000})\)\s{0,9}"
    r"values?\b",
    re.IGNORECASE,
)
_ROW = re.compile(r"\(((?:'(?:[^'\\]|\\.|'')*+'|\"(?:[^\"\\]|\\.)*+\"|[^()'\"])*+)\)")
_ENTRY = re.compile(r"\s*+(?:n?'((?:[^'\\]|\\.|'')*+)'|\"((?:[^\"\\]|\\.)*+)\"|([^,]*+))\s*+(?:,|$)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[,;\t|]")
_RULE = re.compile(r"[\s|:+-]++")
_HEADING = re.compile(r"[A-Za-z][\w.-]{0,60}(?: [\w.-]{1,20})?")
# What a column of a description holds.
_TYPES = frozenset(
    {"string", "varchar", "integer", "number", "boolean", "secret", "hidden", "required", "optional", "default"}
)
# A line with more cells is no table with a heading.
_MOST_CELLS = 64


def placed(text: str) -> Iterator[str]:
    """The values in a text whose place tells that they are credentials."""
    for pattern in (_SAID, _USED, _NEXT):
        for match in pattern.finditer(text):
            value, name = match["value"].rstrip(".:"), match["name"].replace(" ", "_")
            if _unlike_a_word(value) and is_credential_name(name) and _is_credential(name, value):
                yield value
    if "\n" in text:
        yield from _columns(text)
    yield from _inserted(text)


def _unlike_a_word(value: str) -> bool:
    return len(value) >= 6 and bool(_UNLIKE_A_WORD.match(value)) and not _OF_OTHER_THINGS.fullmatch(value)


def _is_credential(name: str, value: str) -> bool:
    """Two telling names side by side are names, unless a digit makes a password of one."""
    return is_credential(name, value) and not (value.replace("_", "").isalpha() and is_credential_name(value))


def _tells(heading: str) -> bool:
    known = _HEADING.fullmatch(heading) and is_credential_name(heading.replace(" ", "_"))
    return bool(known) or heading.lower() == "secret"


def _columns(text: str) -> Iterator[str]:
    """What stands below a telling name in lines that have their cells apart by commas, semicolons, tabs or bars."""
    telling: dict[int, str] = {}
    width = 0
    for line in text.splitlines():
        if _RULE.fullmatch(line):
            continue  # the line below a table's heading
        if line.rstrip().endswith(","):
            telling = {}  # a list, written one entry a line
            continue
        # In a line with bars at its ends commas part no cells.
        apart = line.split("|", _MOST_CELLS + 1) if line.startswith("|") else _SEPARATORS.split(line, _MOST_CELLS + 1)
        cells = [cell.strip(" \"'`") for cell in apart]
        if telling and len(cells) == width:
            for at, name in telling.items():
                word = len(cells[at]) < 6 or " " in cells[at] or cells[at].lower() in _TYPES
                if not word and _is_credential(name, cells[at]):
                    yield cells[at]
        elif 1 < len(cells) <= _MOST_CELLS:
            # A line below another one of as many cells is no heading.
            telling = {at: cell for at, cell in enumerate(cells) if _tells(cell)} if len(cells) != width else {}
            width = len(cells)
        else:
            telling, width = {}, 0


def _inserted(text: str) -> Iterator[str]:
    """What SQL inserts into a column with a telling name."""
    for match, following in pairwise([*_INTO.finditer(text), None]):
        if match is None:
            break
        columns = [column.strip(' \t\r\n"`[]') for column in match["columns"].split(",")]
        telling = {at: name for at, name in enumerate(columns) if _tells(name)}
        end = following.start() if following else len(text)
        for row in _ROW.finditer(text, match.end(), end) if telling else ():
            for at, entry in enumerate(_ENTRY.finditer(row[1])):
                value = entry[1] or entry[2] or ""
                if at in telling and len(value) >= 4 and _is_credential(telling[at], value):
                    yield value
