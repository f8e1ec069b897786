"""A deployment as an ordinary CDKTF program in Python: plain bindings, nothing of this project.

Usage: program.py DEPLOYMENT OUTDIR. DEPLOYMENT is what `deployment.py` has synthesized; out of its JSON this program
makes the calls of a program that is written out: a construct for each resource, data source and output, blocks as the
bindings' structs, references as attributes of the constructs that are referred to, overrides for what the bindings
lack. It writes the same bytes. program.js is the same in JavaScript.
"""

from __future__ import annotations

import json
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import cdktf
from cdktf_cdktf_provider_google.provider import GoogleProvider

from constructs import Construct

Json = dict[str, Any]
REFERENCE = re.compile(r"\$\{((?:data\.)?\w+\.\w+)\.(\w+)\}")
# Blocks and kinds that are Terraform's own: their structs and classes are cdktf's.
LIFECYCLE = {
    "lifecycle": "TerraformResourceLifecycle",
    "precondition": "Precondition",
    "postcondition": "Postcondition",
}
BUILT_IN = {"terraform_data", "terraform_remote_state"}


def pascal(name: str) -> str:
    """A Terraform name as it stands in the names of classes."""
    return "".join(part.capitalize() for part in name.split("_"))


def binding(section: str, kind: str) -> Any:
    """The class of a resource or data source."""
    name = f"data_{kind}" if section == "data" else kind.removeprefix("google_")
    return getattr(import_module(f"cdktf_cdktf_provider_google.{name}"), pascal(name))


class Stack:
    """One stack, from backend and provider to outputs and checks."""

    def __init__(self, app: cdktf.App, name: str, given: Json, order: list[str], bindings: dict[str, Any]) -> None:
        self.stack, self.bindings = cdktf.TerraformStack(app, name), bindings
        self.scopes: dict[str, Construct] = {name: self.stack}
        self.made: dict[str, Any] = {}
        cdktf.LocalBackend(self.stack, **given["terraform"]["backend"]["local"])
        GoogleProvider(self.stack, "google", **given["provider"]["google"][0])
        self.stack.add_override("terraform.required_version", given["terraform"]["required_version"])
        version = given["terraform"]["required_providers"]["google"]["version"]
        self.stack.add_override("terraform.required_providers.google.version", version)
        for address in order:
            section, kind, id_ = address.split(".")
            self.add(section, kind, id_, given[section][kind][id_])
        for id_, output in given["output"].items():
            cdktf.TerraformOutput(self.stack, id_, **self.arguments(output, cdktf, "")).override_logical_id(id_)
        for id_, check in given["check"].items():
            self.stack.add_override(f"check.{id_}", check)
        for section in ("moved", "removed"):
            if section in given:
                self.stack.add_override(section, given[section])

    def add(self, section: str, kind: str, name: str, given: Json) -> None:
        """One resource or data source; what it refers to was added before."""
        element: Any
        if kind == "terraform_remote_state":
            element = cdktf.DataTerraformRemoteStateLocal(self.stack, name, **given["config"])
            element.add_override("count", given["count"])
        elif kind == "terraform_data":
            known = self.arguments({key: value for key, value in given.items() if key != "input"}, cdktf, "")
            element = cdktf.TerraformResource(*self.place(given), terraform_resource_type=kind, **known)
            element.add_override("input", given["input"])
        else:
            class_ = self.bindings[f"{section}.{kind}"]
            arguments = self.arguments(given, sys.modules[class_.__module__], class_.__name__)
            element = class_(*self.place(given), **arguments)
        element.override_logical_id(name)
        self.made[f"data.{kind}.{name}" if section == "data" else f"{kind}.{name}"] = element

    def place(self, given: Json) -> tuple[Construct, str]:
        """Scope and id, by the path that cdktf notes down."""
        above, _, id_ = given["//"]["metadata"]["path"].rpartition("/")
        return self.scope(above), id_

    def scope(self, path: str) -> Construct:
        """The construct at a path, made when it is first asked for."""
        if path not in self.scopes:
            above, _, id_ = path.rpartition("/")
            self.scopes[path] = Construct(self.scope(above), id_)
        return self.scopes[path]

    def arguments(self, given: Json, module: Any, name: str) -> Json:
        """The arguments of a class or struct; the structs of its blocks begin with its name and stand in `module`."""
        made: Json = {}
        for key, value in given.items():
            if key == "depends_on":
                made[key] = [self.made[address] for address in value]
            elif key in LIFECYCLE:
                made[key] = self.value(value, cdktf, LIFECYCLE[key])
            elif key != "//":
                made[key] = self.value(value, module, name + pascal(key))
        return made

    def value(self, given: Any, module: Any, struct: str) -> Any:
        """An argument's value."""
        if isinstance(given, str):
            return REFERENCE.sub(lambda found: getattr(self.made[found[1]], found[2]), given)
        if isinstance(given, list):
            return [self.value(item, module, struct) for item in given]
        if isinstance(given, dict):
            return getattr(module, struct)(**self.arguments(given, module, struct))
        return given


def main(deployment: Path, outdir: str) -> None:
    """Synthesize; the bindings are imported first, as by a program that begins with its imports."""
    order: dict[str, list[str]] = json.loads((deployment / "order.json").read_text())
    given = {name: json.loads((deployment / "stacks" / name / "cdk.tf.json").read_text()) for name in order}
    kinds = {tuple(address.split(".")[:2]) for addresses in order.values() for address in addresses}
    bindings = {f"{section}.{kind}": binding(section, kind) for section, kind in kinds if kind not in BUILT_IN}
    app = cdktf.App(outdir=outdir, stack_traces=False)
    stacks = {name: Stack(app, name, given[name], order[name], bindings).stack for name in order}
    for name, told in json.loads((deployment / "manifest.json").read_text())["stacks"].items():
        for dependency in told["dependencies"]:
            stacks[name].add_dependency(stacks[dependency])
    app.synth()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
