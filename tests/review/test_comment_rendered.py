"""The comment as GitHub's own parser renders it: no text of others becomes a link, an image, a mention or HTML."""

from __future__ import annotations

import ast
import os
import random
import re
from html.parser import HTMLParser

import pytest
from cmarkgfm import github_flavored_markdown_to_html
from cmarkgfm.cmark import Options
from hypothesis import given, settings
from hypothesis import strategies as st

from review import comment_form
from review.comment_form import MARKER, misshapen
from review.formats import markdown
from review.other_findings import OTHER
from review.rules import RULES
from review.sentence import Sentence
from tests.conftest import CHECKOUT
from tests.review.hostile import TEXTS, hostile_report
from tests.review.stacks import PRODUCER, reported

# What our own lines become, and nothing of others.
_OURS = {
    "h2", "h3", "p", "ul", "li", "strong", "em", "blockquote", "code", "pre", "table", "thead", "tbody", "tr", "th",
    "td", "details", "summary",
}  # fmt: skip
# What GitHub looks for in the words of a page, outside of code: mentions, references, addresses, emoji, formulas.
_REFERENCE = re.compile(r"@|#\d|\bGH-\d|://|www\.|:[\w+-]+:|\$", re.IGNORECASE)


class _Page(HTMLParser):
    """What is on a rendered page: its tags, and its text outside of code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.words = ""
        self._code = 0
        # As GitHub does, HTML is rendered; what it cleans away afterwards is not relied upon.
        self.feed(github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        ours = tag in _OURS and (not attrs or (tag, attrs) == ("pre", [("lang", "mermaid")]))
        if not ours:
            self.wrong.append(f"<{tag} {attrs}>")
        self._code += tag in {"code", "pre"}

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in {"code", "pre"}

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.words += data

    def handle_comment(self, data: str) -> None:
        if f"<!--{data}-->" != MARKER:
            self.wrong.append(f"<!--{data}-->")


def live(text: str) -> list[str]:
    """What on the rendered page is more than words."""
    page = _Page(text)
    return [*page.wrong, *_REFERENCE.findall(page.words)]


def test_the_parser_is_github_s() -> None:
    found = live("@x https://evil.example\n\n![x](y)\n\n- <b onclick=x>\n\n| a@b.example |\n|---|\n")
    assert [piece.split()[0] for piece in found] == ["<a", "<img", "<b", "<a", "@", "://", "@"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_hostile_text_is_only_text_wherever_it_stands(text: str) -> None:
    comment = markdown.text(hostile_report(text))
    assert misshapen(comment) is None, comment.splitlines()[(misshapen(comment) or 1) - 1]
    assert live(comment) == []
    assert "evil" not in _Page(comment).words


def test_what_the_form_lets_through_is_never_live() -> None:
    """A fork writes the report itself: hostile texts at any place of a good one, as a line or part of a line."""
    rounds = int(os.environ.get("PSC_FUZZ_ROUNDS", "1"))
    chosen = random.Random(14)
    good = markdown.text(hostile_report("x")).splitlines()
    accepted = 0
    for text in TEXTS * 8 * rounds:
        lines = list(good)
        for _ in range(chosen.randint(1, 3)):
            at = chosen.randrange(1, len(lines))
            if chosen.random() < 0.5:
                place = chosen.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:place] + text + lines[at][place:]
            else:
                lines.insert(at, chosen.choice([text, chosen.choice(good), f"- {text}", f"| | `{text}` | | |", ""]))
            if chosen.random() < 0.3:
                del lines[chosen.randrange(1, len(lines))]
        comment = "\n".join(lines) + "\n"
        if misshapen(comment) is None:
            accepted += 1
            assert live(comment) == [], comment
    assert accepted > 50, "or the test shows nothing"


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(st.lists(st.from_regex(comment_form._LINES, fullmatch=True), max_size=6),
       st.from_regex(comment_form._DETAILS, fullmatch=True))  # fmt: skip
def test_what_fits_the_form_is_never_live(lines: list[str], fold: str) -> None:
    """Drawn from the form itself, so that every part of it is tried with whatever it admits."""
    comment = "\n".join([MARKER, *lines, fold, "", "</details>", ""])
    if misshapen(comment) is None:
        assert [piece for piece in live(comment) if not piece.startswith("<br")] == []


@pytest.mark.parametrize(
    "words", [":shipit:", "0123456789abcdef0123456789abcdef01234567", "(code): :x:", "(code): deadbee1"]
)
def test_beside_the_title_of_a_fold_nothing_is_live(words: str) -> None:
    fold = f"<details><summary><code>x</code> {words}</summary>"
    assert misshapen("\n".join([MARKER, fold, "", "</details>", ""])) == 2


def test_every_sentence_of_ours_is_let_through() -> None:
    sentences = [text for rule in RULES for text in (rule.what, rule.why, rule.remedy)]
    sentences += [text for texts in OTHER.values() for text in texts[1:]]
    sentences = [markdown._words(text) for text in sentences]
    for file in sorted((CHECKOUT / "review").rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text())):
            name = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
            first = call.args[0] if isinstance(call, ast.Call) and call.args else None
            text = first.value if isinstance(first, ast.Constant) else None
            if name in {"say", "finding", "undecided"} and isinstance(text, str):
                names = re.findall(r"\{(\w+)\}", text)
                sentences.append(markdown._say(Sentence(text, tuple((name, "x") for name in names))))
    assert len(sentences) > 150
    for sentence in sentences:
        assert misshapen(f"{MARKER}\n- {sentence}\n") is None, sentence
        assert live(sentence) == []


@pytest.mark.parametrize("report", [reported(PRODUCER, PRODUCER), reported(None, PRODUCER), reported(PRODUCER, None)])
def test_a_cut_report_is_let_through(report: object) -> None:
    for largest in range(500, 6000, 50):
        comment = markdown.text(report, largest)  # type: ignore[arg-type]
        assert misshapen(comment) is None
        assert live(comment) == []


@pytest.mark.parametrize(
    "text",
    [
        "- (" * 20_000, "`" * 60_000, "a" * 60_000, "| | `" + "a` | `" * 9_000, ":" + "a" * 60_000, "\\[" * 30_000,
        "```mermaid\n    n0[\"" + "#1" * 30_000, "- a (`" + "a`, seen in " * 5_000,
    ],
)  # fmt: skip
def test_a_long_line_is_refused_at_once(text: str) -> None:
    assert misshapen(f"{MARKER}\n{text}<") == 2 + text.count("\n")
