"""What the parts of a deployment cost: the one place for these figures, from which README's table is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deployment.comparison import Comparison
from deployment.kinds.forwarding_rule import FRONTEND, PSC_ENDPOINT
from deployment.kinds.instance import INSTANCE
from deployment.stack import Stack
from review.firewall_rules import network_of
from review.known import View
from review.sentence import Sentence, say

_GOOGLE = "https://cloud.google.com"
_NETWORK = f"{_GOOGLE}/vpc/network-pricing"
_COUNTED_VM = "e2-micro"


@dataclass(frozen=True, kw_only=True)
class Price:
    """About so many US dollars a month of 730 hours at list prices: from `least` to `most`.

    `short` is what people call the part, `what` how it is charged, `sources` are pages with the prices.
    """

    short: str
    what: str
    least: int
    most: int
    sources: tuple[tuple[str, str], ...]

    @property
    def about(self) -> str:
        """As people say it."""
        return "under 1" if (self.least, self.most) == (0, 1) else _span(self.least, self.most)


_BALANCER = Price(
    short="internal load balancer",
    what=": its forwarding rule, charged as three Envoy proxies (0.025 an hour each) at least, however little they do",
    least=55,
    most=55,
    sources=(("network pricing", f"{_NETWORK}#lb"),),
)
_ENDPOINT = Price(
    short="PSC endpoint",
    what=": 0.01 an hour; its data at about 0.01 per GiB",
    least=7,
    most=7,
    sources=(("network pricing", f"{_NETWORK}#psc"),),
)
_VM = Price(
    short="test VM",
    what=f": `{_COUNTED_VM}` day and night, 10 GB disk",
    least=7,
    most=10,
    sources=(("VM pricing", f"{_GOOGLE}/compute/vm-instance-pricing"),),
)
PRICES = (
    _BALANCER,
    _ENDPOINT,
    Price(
        short="Service Directory",
        what=", in which Google registers every PSC endpoint: 0.10 each for namespace, service and endpoint; the "
        "namespace `goog-psc-default` outlives them",
        least=0,
        most=1,
        sources=(("Service Directory pricing", f"{_GOOGLE}/service-directory/pricing"),),
    ),
    _VM,
    Price(
        short="Cloud Run",
        what=": scales to zero, and has a free tier",
        least=0,
        most=0,
        sources=(("Cloud Run pricing", f"{_GOOGLE}/run/pricing"),),
    ),
    Price(
        short="logs",
        what=": flow logs 0.25 to 0.50 per GiB made, log storage 0.50 per GiB beyond 50 GiB free",
        least=0,
        most=1,
        sources=(
            ("network telemetry", f"{_NETWORK}#network-telemetry"),
            ("logging", f"{_GOOGLE}/stackdriver/pricing"),
        ),
    ),
)


def cost_of(comparisons: Iterable[Comparison]) -> Iterator[Sentence]:
    """What the change adds to the bill, or takes from it, in one sentence; none where that is next to nothing.

    What leaves the configuration without being destroyed goes on costing what it did.
    """
    more: Counter[Price] = Counter()
    for comparison in comparisons:
        if comparison.source == "code" and comparison.after is not None:
            more.update(_parts(comparison.after))
            more.subtract(_parts(comparison.before) if comparison.before else ())
    changed = [(price, more[price]) for price in PRICES if more[price]]
    ends = (sum(count * price.least for price, count in changed), sum(count * price.most for price, count in changed))
    if changed:
        listed = ", ".join(f"{_plural(price, abs(count))} {_signed(price, count)}" for price, count in changed)
        least, most = sorted(map(abs, ends))
        much = f"{_span(least, most)} US dollars a month {'more' if sum(ends) > 0 else 'less'}"
        yield say(f"The deployment costs about {much}, at list prices: {listed} (README, What the default costs).")


def _parts(stack: Stack) -> list[Price]:
    """A price for each part; load balancers of one network and region share their proxies."""
    rules = [View(item, stack) for item in stack.of(FRONTEND.type)]
    fronts = (rule for rule in rules if rule.get("load_balancing_scheme").equals("INTERNAL_MANAGED"))
    shared = {(network_of(rule), rule.get("region").readable) for rule in fronts}
    endpoints = [rule for rule in rules if rule.kind is PSC_ENDPOINT]
    vms = [item for item in stack.of(INSTANCE.type) if View(item, stack).get("machine_type").equals(_COUNTED_VM)]
    return [_BALANCER] * len(shared) + [_ENDPOINT] * len(endpoints) + [_VM] * len(vms)


def _plural(price: Price, count: int) -> str:
    return price.short if count == 1 else f"{count} {price.short}s"


def _signed(price: Price, count: int) -> str:
    return f"{'+' if count > 0 else '−'}{_span(abs(count) * price.least, abs(count) * price.most)}"


def _span(least: int, most: int) -> str:
    return str(least) if least == most else f"{least} to {most}"
