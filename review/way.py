"""A way in: who reaches what."""

from __future__ import annotations

from dataclasses import dataclass

INTERNET, ANY_BALANCER = "the internet", "load balancers, external ones too"
IAP = "whoever Identity-Aware Proxy lets in"
EVERY_PROJECT, NO_LIMIT, PICKED = "every project", "no limit", "an address that Google picks"
EVERYONE = {"allUsers": "everyone on the internet", "allAuthenticatedUsers": "everyone with a Google account"}
# What a report may write as its own words; everything else in a way is text of others.
OWN_WORDS = frozenset({INTERNET, IAP, ANY_BALANCER, EVERY_PROJECT, NO_LIMIT, PICKED, *EVERYONE.values()})
# The measure of a way through a load balancer of which nobody can tell what is behind it.
PERHAPS = "perhaps"
# By this an attachment publishes a service: nobody's way in by itself, but where requests to it come through.
PUBLISHED = "published"


@dataclass(frozen=True, kw_only=True)
class WayIn:
    """One way in: `who` reaches `what`, `by` what sort of way, perhaps `via` something, or under that condition.

    `measure` is how far: a limit, ports, an address. `thing` is the address of `what` in its stack, where it has
    one: a rename does not make another thing of it.
    """

    by: str
    who: str
    what: str
    measure: str = ""
    address: str = ""
    via: str = ""
    thing: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What two versions of the same way have in common, with perhaps another measure."""
        return self.by, self.who, self.via, self.thing or self.what
