"""The service attachment is there and accepts whom the configuration says."""

from __future__ import annotations

from collections.abc import Iterator

from deployment.values import Json
from live.fact import Outcome, fails, holds
from live.facts.load_balancer import at_any
from live.names import plain
from live.reader import Reader
from live.subjects import ENTRIES, Published


def attachment(published: Published, reader: Reader) -> Json | None:
    """The attachment with its NAT addresses; None where there is none."""
    return at_any(published.attachments, reader, showNatIps=True)


def accepted(attachment: Json) -> dict[str, int]:
    """The accept list of an attachment as it is: who, and how many endpoints; an endpoint's own entry is for one."""
    lists: list[Json] = attachment.get("consumerAcceptLists", [])
    return {
        plain(next((entry[key] for key in ENTRIES.values() if entry.get(key)), "")): int(
            entry.get("connectionLimit") or 1
        )
        for entry in lists
    }


def as_configured(published: Published, reader: Reader) -> Iterator[Outcome]:
    """Preference, accept list and reject list."""
    there = attachment(published, reader)
    name = published.attachments[0].rpartition("/")[2] if published.attachments else "the attachment"
    if there is None:
        yield fails(f"there is no service attachment {name}", published.deploy)
        return
    wrong = list(_differences(published, there))
    if wrong:
        yield fails(
            f"{name}: {'; '.join(wrong)}",
            f"{published.deploy} puts it back; to keep it, change {published.where}",
        )
    elif published.automatic:
        yield holds(f"{name} accepts whoever asks, as configured")
    else:
        told = ", ".join(f"{who} up to {limit}" for who, limit in sorted(published.accept.items()))
        yield holds(f"{name} accepts {told or 'nobody'}")


def _differences(published: Published, there: Json) -> Iterator[str]:
    automatic = there.get("connectionPreference") == "ACCEPT_AUTOMATIC"
    if automatic != published.automatic:
        yield "it accepts whoever asks, which is not configured" if automatic else "it does not accept whoever asks"
    wanted, found = {plain(who): limit for who, limit in published.accept.items()}, accepted(there)
    for who in sorted(wanted.keys() | found.keys()):
        if who not in found:
            yield f"{who} is not accepted"
        elif who not in wanted:
            yield f"{who} is accepted, which is not configured"
        elif wanted[who] != found[who]:
            yield f"{who} is accepted up to {found[who]}, not {wanted[who]}"
    rejected, refused = {plain(one) for one in published.reject}, set(map(plain, there.get("consumerRejectLists", [])))
    yield from (f"{one} is not rejected" for one in sorted(rejected - refused))
    yield from (f"{one} is rejected, which is not configured" for one in sorted(refused - rejected))
