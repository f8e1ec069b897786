"""Programs that stand in for the google provider and for Terraform, as small scripts."""

from __future__ import annotations

import sys
from pathlib import Path

ANSWER = (
    '{"registry.terraform.io/hashicorp/google":'
    '{"Protocol":"grpc","ProtocolVersion":5,"Pid":1,"Test":true,"Addr":{"Network":"unix","String":"/tmp/plugin1"}}}'
)
# A provider that stays until it is ended; it writes its process number into its home.
STAYING = f"""
import os, pathlib, sys, time
assert sys.argv[1:] == ["-debug"]
home = pathlib.Path(os.environ["HOME"])
assert pathlib.Path.cwd() == home
(home / f"provider-{{os.getpid()}}").write_text("")
print("Provider started. To attach Terraform CLI, set the TF_REATTACH_PROVIDERS environment variable:")
print('''\\tTF_REATTACH_PROVIDERS='{ANSWER}'
''', flush=True)
time.sleep(600)
"""


def program(file: Path, text: str) -> Path:
    """Write an executable script of Python."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!{sys.executable} -S\n{text}")
    file.chmod(0o755)
    return file


# A Terraform that writes down what it is asked for and whether a provider is attached. What it does otherwise stands in
# the folder's `does.json`: the exit code of a command, for `COMMAND attached` or for both; with 3 a destruction fails
# before there is a plan.
TERRAFORM = """
import json, os, pathlib, sys
command, here = sys.argv[1], pathlib.Path.cwd()
attached = "TF_REATTACH_PROVIDERS" in os.environ
file = here / "does.json"
does = json.loads(file.read_text()) if file.exists() else {}
said = command + (" apart" if "-backend=false" in sys.argv else "") + (" attached" if attached else "")
with (here / "asked").open("a") as log:
    log.write(said + "\\n")
code = does.get(f"{command} attached" if attached else command, does.get(command, 0))
if said == "init apart":
    build = here / ".terraform/providers/registry.terraform.io/hashicorp/google/7.45.0/here"
    build.mkdir(parents=True, exist_ok=True)
    link = build / "terraform-provider-google_v7.45.0_x5"
    if not link.exists():
        link.symlink_to(here.parent / "provider")
    (here / ".terraform.lock.hcl").write_text(
        'provider "registry.terraform.io/hashicorp/google" {\\n  version     = "7.45.0"\\n}\\n')
if command == "plan" and attached and "kill" in does:
    os.kill(does["kill"], 9)
    code = 1
whole = "-destroy" in sys.argv and command == "apply"
if command == "plan" or (whole and code != 3):
    for at, action in enumerate(does.get("actions", [])):
        resource = {"addr": f"google_x.{'yba'[at]}"}
        print(json.dumps({"type": "planned_change", "change": {"action": action, "resource": resource}}))
    print(json.dumps({"type": "change_summary"}))
if command == "show":
    print(json.dumps({"resource_changes": [
        {"address": "google_x.y", "mode": "managed",
         **({"previous_address": "google_x.x"} if action == "move" else {}),
         "change": {"actions": ["no-op" if action == "move" else action], "before": None, "after": {"name": "y"}}}
        for action in does.get("actions", [])]}))
if code in (1, 3):
    words = {"type": "diagnostic", "diagnostic": {"severity": "error", "summary": f"{said} failed"}}
    print(json.dumps(words))
sys.exit(code)
"""
