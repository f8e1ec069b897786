"""Where synthesis puts what, and what it is called: read by everything that works on the synthesized deployment.

Deliberately without cdktf: commands and reports import this.
"""

from __future__ import annotations

from pathlib import Path

from config import DEFAULT_ENVIRONMENT

PRODUCER = "producer"
# Below an environment's folder: the manifest, and for each stack a folder with its Terraform and its provider lock.
MANIFEST = "manifest.json"
STACK_FILE = "cdk.tf.json"
LOCK_FILE = ".terraform.lock.hcl"


def service_part(key: str) -> str:
    """The construct of the producer's stack in which everything of a service stands."""
    return f"service-{key}"


def endpoint_parts(key: str) -> tuple[str, str]:
    """Those of a consumer's stack: an endpoint, and the name that leads to it."""
    return f"endpoint-{key}", f"dns-{key}"


def environment_folder(environment: str) -> str:
    """The environment's own folder below the output folder; the default one's is the output folder itself."""
    return "" if environment == DEFAULT_ENVIRONMENT else environment


def standing(outdir: Path, environment: str) -> set[str]:
    """The names of the environment's stacks that an output folder holds by now."""
    return {file.parent.name for file in (outdir / environment_folder(environment)).glob(f"stacks/*/{STACK_FILE}")}


def label(environment: str, stack: str) -> str:
    """What people call a stack: ENVIRONMENT/STACK, or the stack alone in the default environment.

    An environment "" is that of stacks that no configuration of ours made.
    """
    return stack if environment in {"", DEFAULT_ENVIRONMENT} else f"{environment}/{stack}"


def local_state(environment: str, stack: str) -> str:
    """The state's path as seen from the stack's folder: it lies beside the output folder."""
    up = "../../.." if environment == DEFAULT_ENVIRONMENT else "../../../.."
    name = stack if environment == DEFAULT_ENVIRONMENT else f"{environment}.{stack}"
    return f"{up}/terraform.{name}.tfstate"
