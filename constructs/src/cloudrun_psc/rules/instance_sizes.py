"""CPU, memory and concurrency of a Cloud Run instance: which of them go together.

Sources: https://cloud.google.com/run/docs/configuring/services/cpu (CPU between requests and gen2 need one CPU), beside
it memory-limits (gen2 needs 512 MiB), and the description of
maxInstanceRequestConcurrency in Cloud Run's API (run v2): 80 from one CPU on, 1 below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from cloudrun_psc.rules.faults import Fault

# https://cloud.google.com/run/docs/configuring/max-instances: what a revision has without a maximum of its own.
DEFAULT_MAX_INSTANCES = 100
DEFAULT_CPU, DEFAULT_MEMORY = "1", "512Mi"
LEAST_CPU = 0.08
LEAST_MEMORY_OF_GEN2 = "512Mi"
_GIB = 2**30
_UNITS = {
    "": Decimal(1), "m": Decimal("0.001"), "k": Decimal(10**3), "M": Decimal(10**6), "G": Decimal(10**9),
    "Ki": Decimal(2**10), "Mi": Decimal(2**20), "Gi": Decimal(2**30),
}  # fmt: skip
# CPUs, and the least and the most memory in GiB that goes with them.
_MEMORY: dict[float, tuple[float, float]] = {1: (0.125, 4), 2: (0.125, 8), 4: (2, 16), 6: (4, 24), 8: (4, 32)}


def amount(quantity: str) -> Decimal | None:
    """A quantity of CPU (500m is 0.5) or memory (in bytes) as a number; None where it is none."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([A-Za-z]*)", quantity)
    return Decimal(match[1]) * _UNITS[match[2]] if match and match[2] in _UNITS else None


def cpus(quantity: str) -> float:
    """A valid CPU quantity as a number."""
    return float(amount(quantity) or 0)


def cpu(quantity: str) -> Fault | None:
    """A number of CPUs that Cloud Run has."""
    number = cpus(quantity)
    if LEAST_CPU <= number < 1 or number in _MEMORY:
        return None
    return Fault(
        wrong=f"Cloud Run has no instances with {quantity} CPU",
        allowed=f"{LEAST_CPU:g} to 1 (80m to 1000m), 2, 4, 6 or 8",
        remedy="take one of these",
    )


def memory(quantity: str, cpu_quantity: str) -> Fault | None:
    """An amount of memory that goes with a number of CPUs, which must be valid itself."""
    size, number = amount(quantity), cpus(cpu_quantity)
    least, most = _MEMORY[max(1, number)]
    if number < 1:
        most = 0.5 if number < 0.5 else 1
    if size is None or least * _GIB <= size <= most * _GIB:
        return None
    return Fault(
        wrong=f"{quantity} does not go with {cpu_quantity} CPU",
        allowed=f"{_shown(least)} to {_shown(most)}",
        remedy="change one of the two",
    )


def instances(least: int | None, most: int | None) -> Fault | None:
    """The fewest instances of a revision beside the most, or beside Cloud Run's own maximum where none is given."""
    if least is None or least <= (most or DEFAULT_MAX_INSTANCES):
        return None
    if most is None:
        return Fault(
            wrong=f"{least} is more than the {DEFAULT_MAX_INSTANCES} instances that Cloud Run starts "
            "without max_instances",
            allowed=f"at most {DEFAULT_MAX_INSTANCES}",
            remedy="lower it, or set max_instances",
        )
    return Fault(
        wrong=f"{least} is more than max_instances, {most}",
        allowed=f"at most {most}",
        remedy="lower it, or raise max_instances",
    )


def _shown(gib: float) -> str:
    return f"{gib:g}Gi" if gib >= 1 else f"{gib * 1024:g}Mi"


def concurrency(requests: int, cpu_quantity: str) -> Fault | None:
    """How many requests an instance may have at a time; below one CPU only one."""
    if requests == 1 or cpus(cpu_quantity) >= 1:
        return None
    return Fault(
        wrong=f"{requests} requests at a time do not go with {cpu_quantity} CPU",
        allowed="1 below one CPU",
        remedy="leave concurrency out, or take at least 1 CPU",
    )


def environment(
    cpu_quantity: str, memory_quantity: str, *, cpu_idle: bool | None, execution_environment: str | None
) -> Iterator[tuple[str, str, Fault]]:
    """What does not go with when the CPU is there, or with the sandbox: the setting, the other one, and the fault."""
    below, gen2 = cpus(cpu_quantity) < 1, execution_environment == "gen2"
    if below and cpu_idle is False:
        wrong, allowed = f"CPU between requests does not go with {cpu_quantity} CPU", "true below one CPU"
        remedy = "leave cpu_idle out, or take at least 1 CPU"
        yield "cpu_idle", "cpu", Fault(wrong=wrong, allowed=allowed, remedy=remedy)
    if below and gen2:
        wrong, allowed = f"gen2 does not go with {cpu_quantity} CPU", "gen1 below one CPU"
        remedy = "leave execution_environment out, or take at least 1 CPU"
        yield "execution_environment", "cpu", Fault(wrong=wrong, allowed=allowed, remedy=remedy)
    size, least = amount(memory_quantity), amount(LEAST_MEMORY_OF_GEN2)
    if gen2 and size is not None and least is not None and size < least:
        wrong, allowed = f"{memory_quantity} does not go with gen2", f"{LEAST_MEMORY_OF_GEN2} or more in gen2"
        yield "memory", "execution_environment", Fault(wrong=wrong, allowed=allowed, remedy="raise it, or take gen1")
