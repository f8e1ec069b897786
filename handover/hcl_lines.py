"""Long expressions of HCL over several lines, as somebody who writes them would: at brackets, commas and operators.

Newlines mean nothing between brackets, so that is where lines are broken; a text is put together of shorter ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from handover.templates import after_string, expression, parts

# What an expression may take of a line of 120: its name and some levels of indentation stand in front of it.
WIDTH = 92
_FOR = 72  # the same of a list or map that is made of another one
_PAIRS = {"(": ")", "[": "]", "{": "}"}
# Where a line may end between brackets, what binds least first: of a for expression, a choice, a condition.
_BREAKS: tuple[tuple[str, ...], ...] = ((" : ", " if "), (" ? ",), (" || ",), (" && ",), (" == ", " != ", " <= "))
_INDENT = "  "
_ENDS = (" ", ",;&?", "/=.")
_ROW = WIDTH - 4  # of a text in a list
_WORD = WIDTH + 8  # of a word that is a row by itself, rather than to be cut
_CHARACTER = re.compile(r"\\u[0-9a-f]{4}|\\.|\$\$\{|%%\{|.", re.DOTALL)


def lines_of(code: str) -> tuple[str, ...]:
    """The lines of an expression; one, if it is short, or cannot be broken."""
    if len(code) <= (_FOR if code.startswith(("[for ", "{ for ")) else WIDTH):
        return (code,)
    if _is_text(code):
        return _text(code)
    conditions = any(_split(code, words) for words in _BREAKS[1:-1])
    compared = _split(code, _BREAKS[-1])
    lines = () if conditions else tuple(_at_brackets(code))
    if conditions or (compared and (max(map(len, lines)) > WIDTH or max(map(len, compared)) < WIDTH - 2)):
        return ("(", *_indented(_operands(code)), ")")
    return lines


def _at_brackets(expression: str) -> Iterator[str]:
    """With a line for each thing between the outermost brackets that are long enough to be worth it."""
    line, done = "", 0
    groups = list(_groups(expression))
    worth = {group for group in groups if group[1] - group[0] > WIDTH // 2} or set(groups[-1:])
    for start, end in (group for group in groups if group in worth):
        first, last = start, end
        while [(first + 1, last - 1)] == list(_groups(expression, first + 1, last)):  # one in the other: f([
            first, last = first + 1, last - 1
        yield f"{line}{expression[done : first + 1]}"
        yield from _indented(_inside(expression[first], expression[first + 1 : last].strip()))
        line, done = expression[last : end + 1], end + 1
    yield f"{line}{expression[done:]}"


def _inside(opening: str, content: str) -> Iterator[str]:
    if content.startswith("for "):
        yield from _operands(content)
        return
    items = _split(content, (", ",)) or [content]
    for index, item in enumerate(items):
        lines = _operands(item) if len(items) == 1 and opening == "(" else lines_of(item)
        yield from lines if index == len(items) - 1 and opening == "(" else _item(lines)


def _operands(expression: str) -> list[str]:
    """Lines between brackets: each operand on its own, where the whole is too long for a line."""
    if len(expression) <= WIDTH:
        return [expression]
    for words in _BREAKS:
        if words[0] == " : " and not expression.startswith("for "):
            continue
        split = _split(expression, words, keep=True)
        if words[0] == " : " and len(split) > 1 and len(split[0]) + len(split[1]) < WIDTH:
            split[:2] = [f"{split[0]} {split[1]}"]
        if split:
            return [line for one in split for line in _operand(one)]
    return list(lines_of(expression))


def _operand(text: str) -> list[str]:
    """An operand with its operator, which stands before it (`if`, `?`) or behind it."""
    found = re.fullmatch(r"((?:if|\?|:) )?(.*?)((?: (?:&&|\|\||==|!=|<=|:))?)", text, re.DOTALL)
    assert found
    *first, last = _operands(found[2])
    inner = [*first, f"{last}{found[3]}"]
    return [f"{found[1] or ''}{inner[0]}", *inner[1:]]


def _split(expression: str, words: Sequence[str], *, keep: bool = False) -> list[str]:
    """The pieces between these words outside of brackets and texts; [] where there is none of them.

    `keep`: each word stays with its operand, `if` and what belongs to a choice before it, all others behind it.
    """
    choice = " ? " in words
    found = re.compile("|".join(map(re.escape, (*words, " : ") if choice else words)))
    cuts = [each for start, end in _outside(expression) for each in found.finditer(expression, start, end)]
    if choice:  # a choice in a choice is left on its line
        cuts = cuts[:2]
    pieces, done, before = [], 0, ""
    for cut in cuts:
        leads = choice or cut[0] == " if "
        pieces.append(f"{before}{expression[done : cut.start()]}{cut[0].rstrip() if keep and not leads else ''}")
        done, before = cut.end(), f"{cut[0].strip()} " if keep and leads else ""
    return [*pieces, f"{before}{expression[done:]}"] if pieces else []


def _groups(expression: str, at: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Where the outermost brackets open and close, from `at` to `end`."""
    depth = start = 0
    while at < (len(expression) if end is None else end):
        char = expression[at]
        if char == '"':
            at = after_string(expression, at + 1)
            continue
        if char in _PAIRS:
            start = start if depth else at
            depth += 1
        elif char in _PAIRS.values():
            depth -= 1
            if not depth:
                yield start, at
        at += 1


def _outside(expression: str) -> Iterator[tuple[int, int]]:
    """The stretches outside of brackets and texts."""
    taken = list(_groups(expression))
    at = done = 0
    while at < len(expression):
        if taken and at == taken[0][0]:
            yield done, at
            at = done = taken.pop(0)[1] + 1
        elif expression[at] == '"':
            yield done, at
            at = done = after_string(expression, at + 1)
        else:
            at += 1
    yield done, at


def _is_text(expression: str) -> bool:
    return expression.startswith('"') and after_string(expression, 1) == len(expression)


def _text(quoted: str) -> tuple[str, ...]:
    """A text put together of shorter ones: at blanks if that will do, else wherever it can be cut."""
    units = list(_units(quoted[1:-1]))
    if any(unit.startswith("%{") for unit in units):  # what it opens and what closes that belong into one text
        return (quoted,)
    words = _words(units)
    if max(map(len, words)) <= _WORD:
        rows = _filled(words, " ")
        if len(rows) == 1:  # nothing to put together
            return (quoted,)
        return ('join(" ", [', *_indented(f"{literal_or_expression(row)}," for row in rows), "])")
    cut = _cut_regular if "(?:" in quoted or "[a-z" in quoted else _cut
    row, lines = list[str](), list[str]()
    for unit in units:
        if len(unit) > _ROW and unit.startswith("${"):
            lines += [*_row(row), *_item(lines_of(unit[2:-1].strip()))]
            row = []
            continue
        while row and len("".join(row)) + len(unit) > _ROW:
            at = cut([*row, unit])
            lines += _row(row[:at])
            row = row[at:]
        row.append(unit)
    return ('join("", [', *_indented([*lines, *_row(row)]), "])")


def literal_or_expression(row: str) -> str:
    """A text within quotes; one that is a template and nothing else, without."""
    inner = expression(row)
    return f'"{row}"' if inner is None else inner


def _cut(row: Sequence[str]) -> int:
    """Where a row ends best: behind a blank, else behind a mark, such as those in an address."""
    for words in _ENDS:
        places = [at for at, one in enumerate(row[:-1], 1) if one in words]
        if places and len("".join(row[: places[-1]])) > _ROW // 3:
            return places[-1]
    return len(row) - 1


def _cut_regular(row: Sequence[str]) -> int:
    """Where a row of a regular expression ends best: before a group or alternative, in as few brackets as can be."""
    depth, inside, places = 0, False, list[tuple[int, int]]()
    for at, one in enumerate(row):
        if at > _ROW // 4 and not inside and (one == "(" or one == "|"):
            places.append((depth, -at))
        inside = one == "[" or (inside and one != "]")
        depth += 0 if inside else {"(": 1, ")": -1}.get(one, 0)
    return -min(places)[1] if places else len(row) - 1


def _units(text: str) -> Iterator[str]:
    """The parts of a text that must stay whole: templates, escapes, and any other character."""
    for is_template, piece in parts(text):
        yield from [piece] if is_template else _CHARACTER.findall(piece)


def _words(units: Sequence[str]) -> list[str]:
    words = [""]
    for unit in units:
        if unit == " ":
            words.append("")
        else:
            words[-1] += unit
    return words


def _filled(words: Sequence[str], blank: str) -> list[str]:
    rows = [words[0]]
    for word in words[1:]:
        if len(rows[-1]) + len(word) >= _ROW:
            rows.append(word)
        else:
            rows[-1] += f"{blank}{word}"
    return rows


def _row(units: Sequence[str]) -> list[str]:
    return [f"{literal_or_expression(''.join(units))},"] if units else []


def _item(lines: Sequence[str]) -> list[str]:
    return [*lines[:-1], f"{lines[-1]},"]


def _indented(lines: Sequence[str] | Iterator[str]) -> tuple[str, ...]:
    return tuple(f"{_INDENT}{line}" for line in lines)
