"""Which machine types boot which images."""

from __future__ import annotations

from cloudrun_psc.rules.defaults import DISK_IMAGE
from cloudrun_psc.rules.faults import Fault

# https://cloud.google.com/compute/docs/instances/arm-on-compute.
_ARM = ("c4a-", "n4a-", "t2a-")


def boots(machine_type: str, image: str) -> Fault | None:
    """The default image is for x86; what others are for, nobody can tell by their names."""
    if image != DISK_IMAGE or not machine_type.startswith(_ARM):
        return None
    return Fault(
        wrong=f"{machine_type} is an Arm machine, and {image} is for x86",
        allowed="an image for Arm",
        remedy=f"give {image}-arm64 as its image, or take another machine type",
    )
