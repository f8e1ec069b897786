"""What is written as HCL means what the same Terraform JSON means: Terraform evaluates both. No provider is needed."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deployment.terraform_variables import for_init
from handover import hcl_format, json_format
from handover.templates import parts
from handover.variables import Variable

# A `$` or `%` right before a brace would be the start of a template, so these have something behind them.
PIECES = [
    "a", " ", '"', "\\", "\n", "\t", "'", "{", "}", "$ ", "% ", "$${", "%%{", "#", "//", "é", "\u2028", "🙂", "\u0007",
    "${1 + 1}", '${"x"}', '${join(",", ["a", "}"])}', '${upper("${lower("Q\\"")}")}', "${{a = 1}.a}",
    "%{ if true }yes%{ else }no%{ endif }", '${true ? "${2}" : ""}',
]  # fmt: skip


def templates(count: int) -> list[str]:
    """Templates put together from pieces, the same ones each time."""
    choice = random.Random(20261125)
    made = ["", "${[1, 2]}", "one\ntwo", "one\n", "\n", *PIECES]
    while len(made) < count:
        made.append("".join(choice.choices(PIECES, k=choice.randint(2, 6))))
    return made


@pytest.fixture
def terraform() -> str:
    program = shutil.which("terraform")
    if not program:
        pytest.skip("Terraform is not on PATH")
    return program


def evaluated(terraform: str, folder: Path, files: dict[str, str]) -> dict[str, Any]:
    """The outputs of a configuration, as Terraform evaluates them."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    for words in (["apply", "-auto-approve", "-input=false", "-no-color"], ["output", "-json"]):
        done = subprocess.run(
            [terraform, *words], cwd=folder, env=for_init(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
    return {name: output["value"] for name, output in json.loads(done.stdout).items()}


def test_templates_mean_the_same(terraform: str, tmp_path: Path) -> None:
    made = templates(150)
    assert all("".join(piece for _, piece in parts(text)) == text for text in made)
    content = {"output": {f"o{index}": {"value": text} for index, text in enumerate(made)}}
    as_json = evaluated(terraform, tmp_path / "json", {"main.tf.json": json_format.stack_file(content)})
    assert as_json["o2"] == "one\ntwo"
    assert evaluated(terraform, tmp_path / "hcl", {"main.tf": hcl_format.stack_file(content)}) == as_json


NUMBERS = ", ".join(f'"number-{at}"' for at in range(12))
LONG = [
    "words " * 40,
    "x" * 250,
    "a " * 30 + '${upper("q")} ' + "b " * 30,
    "a" * 90 + ' ${join(", ", [for one in [' + NUMBERS + '] : "<${one}>" if one != "number-3"])}.',
    "w " * 45 + "%{ if true }yes " + "y " * 40 + "%{ else }no%{ endif }",
    '\\ " $${ %%{ é ' * 12,
    "one\n" + "two " * 40 + "\n${1 + 1}",
    "${alltrue([for one in [1, 2, 3] : one >= 1 && one <= 2147483647 && floor(one) == one && one > -1000000])}",
    "${" + " && ".join(f"{at} == {at}" for at in range(20)) + ' ? "yes, all of them" : "no"}',
    '${length("' + "x" * 60 + '") == 60 ? { a = 1, b = ["' + "y" * 60 + '"] } : { a = 2, b = ["?"] }}',
    "${false || " + " || ".join(["tobool(false)"] * 12) + " || true}",
]


def test_long_lines_are_broken_and_mean_the_same(terraform: str, tmp_path: Path) -> None:
    content = {"output": {f"o{index}": {"value": text} for index, text in enumerate(LONG)}}
    as_json = evaluated(terraform, tmp_path / "json", {"main.tf.json": json_format.stack_file(content)})
    text = hcl_format.stack_file(content)
    assert evaluated(terraform, tmp_path / "hcl", {"main.tf": text}) == as_json
    long = [line for line in text.splitlines() if len(line) > 120]
    assert all("%{" in line for line in long), "only what opens and closes in one text stays on its line"
    content["output"].pop("o4")  # terraform fmt has ideas of its own about what stands in %{ … }
    text = hcl_format.stack_file(content)
    done = subprocess.run([terraform, "fmt", "-diff", "-"], input=text, capture_output=True, text=True, check=True)
    assert done.stdout == "", "as terraform fmt lays it out"


def test_lists_maps_conditions_and_values_mean_the_same(terraform: str, tmp_path: Path) -> None:
    values: dict[str, Any] = {
        "text": '${x} %{y} "q" \\ \n é',
        "number": 2147483647,
        "none": None,
        "list": ["a", "${b}"],
        "map": {"a-b": 1, "c.d/e": 2, "f": {"g": [True, 0.5]}},
        "long": [f"projects/number-{index}" for index in range(20)],
    }
    variables = [
        Variable(name=name, type="any", description="A value.", value=value, refused=None, nullable=True)
        for name, value in values.items()
    ]
    of_values = {f"of_{variable.name}": {"value": f"${{var.{variable.name}}}"} for variable in variables}
    content: dict[str, Any] = {
        "output": of_values
        | {
            "mixed": {"value": [1, "${1 + 1}", "a ${2} b", None, True]},
            "long": {"value": [f"projects/number-{index}/regions/somewhere" for index in range(9)]},
            "checked": {"value": 1, "precondition": [{"condition": "${var.number > 1}", "error_message": "No."}]},
        },
        "check": {"c": {"assert": [{"condition": "${var.number > 1}", "error_message": "It ${1}."}]}},
        "variable": {variable.name: variable.block() for variable in variables},
    }
    as_json = evaluated(
        terraform,
        tmp_path / "json",
        {"main.tf.json": json_format.stack_file(content), json_format.VALUES: json_format.values_file(variables)},
    )
    as_hcl = evaluated(
        terraform,
        tmp_path / "hcl",
        {"main.tf": hcl_format.stack_file(content), hcl_format.VALUES: hcl_format.values_file(variables)},
    )
    assert as_hcl == as_json
    assert {name: value for name, value in as_hcl.items() if name.startswith("of_")} == {
        f"of_{name}": value for name, value in values.items() if value is not None
    }
