"""Templates: what is text, what is Terraform's, and how both are quoted."""

from __future__ import annotations

import pytest

from handover.templates import TemplateError, expression, is_reference, literal, parts, quoted


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("plain", [(False, "plain")]),
        ("${a.b}", [(True, "${a.b}")]),
        ("a ${b} c", [(False, "a "), (True, "${b}"), (False, " c")]),
        ("$${a} %%{b}", [(False, "$${a} %%{b}")]),
        ('${f("}")}', [(True, '${f("}")}')]),
        ('${f("\\"}")}x', [(True, '${f("\\"}")}'), (False, "x")]),
        ('${f("${g("}")}")}', [(True, '${f("${g("}")}")}')]),
        ("${{a = 1}}", [(True, "${{a = 1}}")]),
        ("%{ if a }b%{ endif }", [(True, "%{ if a }"), (False, "b"), (True, "%{ endif }")]),
        ("costs $5", [(False, "costs $5")]),
    ],
)
def test_text_and_expressions_are_told_apart(text: str, pieces: list[tuple[bool, str]]) -> None:
    assert list(parts(text)) == pieces


@pytest.mark.parametrize("text", ["${a", '${f("}', "x ${ {a} "])
def test_what_has_no_end_is_refused(text: str) -> None:
    with pytest.raises(TemplateError):
        list(parts(text))


@pytest.mark.parametrize(
    ("text", "inner"),
    [("${ a.b }", "a.b"), ("${a}${b}", None), ("x${a}", None), ("%{if a}b%{endif}", None), ("a", None), ("", None)],
)
def test_only_a_single_expression_goes_without_quotes(text: str, inner: str | None) -> None:
    assert expression(text) == inner


def test_only_what_is_outside_of_expressions_is_escaped() -> None:
    assert quoted('say "${f("x\\n")}"\n\t\\ \u0007') == '"say \\"${f("x\\n")}\\"\\n\\t\\\\ \\u0007"'


def test_a_literal_is_no_template() -> None:
    assert literal("a ${b} %{c} $d") == '"a $${b} %%{c} $d"'


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("google_x.y", True),
        ("a.b[0].c", True),
        ("name", True),
        ('a.b["c@d"]', True),
        ('a.b["c]', False),
        ("a b", False),
        ("${a}", False),
        ("", False),
    ],
)
def test_a_reference_is_an_address(text: str, is_one: bool) -> None:
    assert is_reference(text) is is_one
