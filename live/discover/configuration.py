"""The configuration of what exists, as the file would say it, and what of it no key can say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from live.discover.chain import Published, endpoints, published
from live.discover.consumer import Consumer
from live.discover.found import Discovery, Place, key_of
from live.discover.producer import Producer
from live.names import plain


def discover(region: str, producer: Place | None, consumers: Mapping[str, Place]) -> Discovery:
    """What stands in these projects; `consumers` are by the keys that they are to have.

    Raises:
        AnswerError: for what may not be read.
        UnreachableError: when nothing can be asked at all.
    """
    found = Discovery(settings={"region": region})
    chains = list(published(producer.reader, producer.project, region)) if producer else []
    keys = _service_keys(chains)
    by_link = {plain(one.attachment["selfLink"]): keys[one.name] for one in chains}
    hosts = {keys[one.name]: str(one.https["host"]) for one in chains if one.https}
    sides = {
        key: Consumer(place, region, found, hosts).settings(
            list(endpoints(place.reader, place.project, region)), by_link
        )
        for key, place in consumers.items()
    }
    if producer:
        if chains:
            found.settings["producer"] = Producer(producer, region, consumers, found).settings(chains, keys)
        else:
            found.unsaid.append(f"{producer.project}: there is no service attachment in {region}")
    found.settings["consumers"] = sides
    return found


def _service_keys(chains: Iterable[Published]) -> dict[str, str]:
    """A key for each attachment's name, of which its parts are called where that can be."""
    keys: dict[str, str] = {}
    for one in chains:
        ways = (one.name.removesuffix("-service-attachment"), one.service.removesuffix("-service"), one.name)
        stem = next(way for way in ways if way and way not in keys.values())
        keys[one.name] = key_of(stem)
    return keys
