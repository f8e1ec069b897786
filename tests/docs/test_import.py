"""docs/import.md: an import for every address of the default deployment."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.conftest import CHECKOUT, Synthesized
from tests.docs.pages import blocks

PAGE = CHECKOUT / "docs" / "import.md"
IMPORT = re.compile(r"^terraform import (\S+) ", re.MULTILINE)


def test_every_resource_of_the_default_deployment_has_its_import(synth: Callable[..., Synthesized]) -> None:
    imports = {
        side: set(IMPORT.findall(block.text))
        for side in ("producer", "consumer")
        for block in blocks(PAGE, "sh")
        if f"cd cdktf.out/stacks/{side}\n" in block.text
    }
    expected = {
        side: {f"{kind}.{name}" for kind, named in stack["resource"].items() for name in named if kind.startswith("g")}
        for side, stack in synth().items()
    }
    assert imports == expected
