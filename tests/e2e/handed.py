"""A bundle in the hands of operations: its runbook's commands typed as they stand, against a cloud of its own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from config.loading import load
from deployment.terraform import Terraform
from deployment.terraform_variables import for_init
from handover.again import operated, with_values
from handover.bundle import Bundle, Wish, bundle
from handover.placing import place
from handover.source import BundleSource
from tests.conftest import REFERENCE
from tests.e2e.live import Live

SOURCE = BundleSource(revision="0" * 40, changed=False, project="0.1.0", cdktf="0.21.0", bindings="16.12.1")
_BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:terraform|tofu) [^`]*)`")
_TYPED = re.compile(r"(?:terraform|tofu) (?!\{)")  # a block of HCL is no command


@dataclass
class Handed:
    """A bundle of what a live deployment synthesized last."""

    live: Live
    folder: Path
    wish: Wish
    typed: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, live: Live, folder: Path, wish: Wish) -> Handed:
        """Make the bundle as `./psc handover` does."""
        wish = replace(wish, program=Terraform(live.program).name)
        one = cls(live, folder, wish)
        place(one._made().files, folder)
        one._find_provider()
        return one

    def again(self) -> None:
        """Hand over once more, over what operations have done, as `./psc handover --force` does."""
        place(with_values(self._made(), operated(self.folder, self.wish.format)).files, self.folder)

    def _made(self) -> Bundle:
        settings = load(REFERENCE, {"PSC_CONFIG": str(self.live.folder / "tried.yaml")}).settings
        return bundle(self.live.standing, settings, SOURCE, self.wish)

    @property
    def variables(self) -> dict[str, str]:
        """Those of the live deployment; nobody sits at a keyboard."""
        return dict(self.live.deployer.variables) | {
            "CHECKOUT": str(self.checkout),
            "TF_CLI_ARGS": "-no-color",
            "TF_CLI_ARGS_init": "-plugin-dir=.terraform/providers",
            "TF_CLI_ARGS_apply": "-auto-approve",
            "TF_CLI_ARGS_destroy": "-auto-approve",
        }

    @property
    def checkout(self) -> Path:
        """Where the original deployment's local states lie, under the names that they have in a checkout."""
        return self.live.folder / "checkout"

    def lay_out_states(self) -> None:
        """A rehearsal names local states by stack; a checkout as docs/state.md says."""
        self.checkout.mkdir(exist_ok=True)
        for stack in self.live.standing:
            state = self.live.folder / "stacks" / f"{stack.name}.tfstate"
            shutil.copyfile(state, self.checkout / f"terraform.tried.{stack.name}.tfstate")

    def take_states_back(self) -> None:
        """What the way back of the runbook has copied goes where the rehearsal looks for it."""
        for stack in self.live.standing:
            state = self.checkout / f"terraform.tried.{stack.name}.tfstate"
            shutil.copyfile(state, self.live.folder / "stacks" / f"{stack.name}.tfstate")

    def _find_provider(self) -> None:
        """As this user does, which is no part of what is tried."""
        for stack in self.wish.stacks or [stack.name for stack in self.live.standing]:
            command = [self.live.program, "init", "-backend=false", "-input=false", "-no-color"]
            done = subprocess.run(
                command, cwd=self.folder / stack, env=for_init(), capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr

    def types(self, text: str) -> str:
        """Type a block into a shell in the bundle's folder; what it wrote."""
        text = self._named(text)
        self.typed += [line.strip() for line in text.splitlines() if _TYPED.match(line.strip())]
        done = self.tries(text)
        assert done.returncode == 0, f"{text}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def tries(self, text: str) -> subprocess.CompletedProcess[str]:
        """The same, where it may fail."""
        return subprocess.run(
            ["bash", "-e", "-c", self._named(text)],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )

    def _named(self, text: str) -> str:
        """What the tests and the docs call `terraform`, by the name of the program that runs."""
        return re.sub(r"^terraform ", f"{self.wish.program} ", text, flags=re.MULTILINE)

    def section(self, heading: str) -> str:
        """A section of the runbook, to the next heading of any level; a comment in a block is none."""
        inside, wanted, lines = False, False, []
        for line in (self.folder / "README.md").read_text().splitlines():
            inside ^= line.lstrip().startswith("```")
            if not inside and re.match(r"#+ ", line):
                wanted = line.lstrip("#").strip() == heading
            elif wanted:
                lines.append(line)
        assert lines, f"the runbook has no section {heading}"
        return "\n".join(lines) + "\n"

    def types_section(self, heading: str, **names: str) -> str:
        """Type all of a section, with real `names`; nothing of gcloud, which would ask Google."""
        text = "".join(block for block in self.blocks(heading) if not block.lstrip().startswith("gcloud "))
        for word, name in names.items():
            text = text.replace(word, name)
        return self.types(text)

    def untyped(self) -> set[str]:
        """The runbook's commands that were not typed yet; those that only name one are left out."""
        named = {
            f"{self.wish.program} {word}" for word in ("validate", "init", "import", "state rm", "state mv")
        }  # fmt: skip
        return self.all_commands() - set(self.typed) - named

    def blocks(self, heading: str, language: str = "sh") -> list[str]:
        """The blocks of a section."""
        return [text for kind, text in _BLOCK.findall(self.section(heading)) if kind == language]

    def all_commands(self) -> set[str]:
        """Every command of Terraform in the runbook: lines of shell blocks, and in the running text."""
        text = (self.folder / "README.md").read_text()
        lines = [line.strip() for kind, block in _BLOCK.findall(text) if kind == "sh" for line in block.splitlines()]
        return {line for line in lines if _TYPED.match(line)} | set(_INLINE.findall(_BLOCK.sub("", text)))

    def edits(self, heading: str, stack: str, **names: str) -> None:
        """Put what the section shows into the stack's file of values, in place of what is there; with real `names`."""
        language = "hcl" if self.wish.format == "hcl" else "json"
        (shown,) = self.blocks(heading, language)
        for word, name in names.items():
            shown = shown.replace(word, name)
        file = self.folder / stack / ("terraform.tfvars" if self.wish.format == "hcl" else "terraform.tfvars.json")
        if self.wish.format == "json":
            values: dict[str, Any] = json.loads(file.read_text()) | json.loads(f"{{{shown}}}")
            file.write_text(json.dumps(values, indent=2))
            return
        text = file.read_text()
        for name in re.findall(r"^(\w+) +=|^(\w+) =", shown, re.MULTILINE):
            pattern = re.compile(
                rf"^{name[0] or name[1]} *= (?:\{{\n.*?^\}}|\[\n.*?^\]|[^\n]*)\n", re.MULTILINE | re.DOTALL
            )
            assert pattern.search(text), f"{name} is not in {file.name}"
            text = pattern.sub("", text)
        file.write_text(f"{text}\n{shown}")


def written(live: Live) -> dict[str, Any]:
    """The configuration that a live deployment was made from last."""
    loaded: dict[str, Any] = yaml.safe_load((live.folder / "tried.yaml").read_text())
    return loaded
