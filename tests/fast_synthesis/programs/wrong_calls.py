"""Calls that are refused: writes class and message of each into OUTDIR/messages.json. Usage: wrong_calls.py OUTDIR."""

# ruff: noqa: E402
# mypy: ignore-errors
import json
import sys
from collections.abc import Callable
from pathlib import Path

from cdktf_fast_synthesis import use_fast_synthesis

use_fast_synthesis()

from cdktf import App, Fn, LocalBackend, TerraformOutput, TerraformStack, Token
from cdktf_cdktf_provider_google.compute_instance import ComputeInstance, ComputeInstanceBootDisk
from cdktf_cdktf_provider_google.compute_network import ComputeNetwork, ComputeNetworkTimeouts

from constructs import Construct

app = App(outdir=sys.argv[1], stack_traces=False)
stack = TerraformStack(app, "stack")
network = ComputeNetwork(stack, "network", name="network")
late = ComputeNetwork(stack, "late", name="late")
late.friendly_unique_id  # noqa: B018

CALLS: dict[str, Callable[[], object]] = {
    "a number for a string": lambda: ComputeNetwork(stack, "a", name=5),
    "a string for a number": lambda: ComputeNetwork(stack, "b", name="b", mtu="1460"),
    "a missing argument": lambda: ComputeNetwork(stack, "c"),
    "an unknown argument": lambda: ComputeNetwork(stack, "d", name="d", size=1),
    "None for what is required": lambda: ComputeNetwork(stack, "e", name=None),
    "no scope": lambda: ComputeNetwork(None, "f", name="f"),
    "a list item of the wrong type": lambda: ComputeInstance(
        stack, "g", name="g", machine_type="m", tags=["a", 1], boot_disk=ComputeInstanceBootDisk(), network_interface=[]
    ),
    "a wrong key in a dict": lambda: ComputeInstance(
        stack, "h", name="h", machine_type="m", boot_disk={"size": 1}, network_interface=[]
    ),
    "another struct": lambda: ComputeInstance(
        stack, "i", name="i", machine_type="m", boot_disk=ComputeNetworkTimeouts(), network_interface=[]
    ),
    "a wrong value in a map": lambda: ComputeInstance(
        stack, "j", name="j", machine_type="m", boot_disk=ComputeInstanceBootDisk(), network_interface=[],
        labels={"a": 1},
    ),
    "a property of the wrong type": lambda: setattr(network, "mtu", []),
    "an id twice": lambda: ComputeNetwork(stack, "network", name="again"),
    "a logical id too late": lambda: late.override_logical_id("x"),
    "a function for a value": lambda: TerraformOutput(stack, "k", value=print),
    "a set for a value": lambda: TerraformOutput(stack, "l", value={1, 2}),
    "a value without a scope": lambda: LocalBackend("stack"),
    "an object that is no construct": lambda: Construct(object(), "m"),
    "a stack of nothing": lambda: TerraformStack.of(app),
    "nothing for what is required": lambda: TerraformOutput(stack, "o", value=None),
    "too many arguments": lambda: Fn.join("-", ["a"], "b"),
    "a token of a function": lambda: Token.as_string(print),
    "a failing resolution": lambda: TerraformOutput(stack, "n", value=Token.as_any(object)),
}  # fmt: skip
told = {}
for name, call in CALLS.items():
    try:
        told[name] = f"no error: {type(call()).__name__}"
    except Exception as error:
        told[name] = f"{type(error).__name__}: {error}"
out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
(out / "messages.json").write_text(json.dumps(told))
