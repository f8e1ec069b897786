"""What reads the cloud and cannot do anything else: it refuses every method that writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from deployment.values import Json
from live import apis
from live.client import Client
from live.failures import AnswerError, NotThereError


class Reader:
    """Reads, and cannot do anything else. The same question is asked once."""

    def __init__(self, client: Client) -> None:
        """Read with the credentials of `client`."""
        self._client = client
        self._told: dict[tuple[Any, ...], Json | AnswerError | None] = {}

    def get(self, id_: str, body: Json | None = None, /, **parameters: Any) -> Json | None:
        """What a reading method answers; None where there is no such thing.

        Raises:
            AnswerError: as `Client.call`, but for what does not exist.
            UnreachableError: as `Client.call`.
            ValueError: for a method that writes.
        """
        if not apis.method(id_).reads:
            raise ValueError(f"{id_} writes, and this only reads")
        asked = (id_, repr(body), *sorted((name, str(value)) for name, value in parameters.items()))
        if asked not in self._told:
            self._told[asked] = self._asked(id_, body, parameters)
        answer = self._told[asked]
        if isinstance(answer, AnswerError):
            raise answer
        return answer

    def _asked(self, id_: str, body: Json | None, parameters: Mapping[str, Any]) -> Json | AnswerError | None:
        try:
            return self._client.call(id_, body, **parameters)
        except NotThereError:
            return None
        except AnswerError as error:
            return error

    def at(self, link: str, **query: Any) -> Json | None:
        """A resource of Compute Engine by its link or path: projects/p/regions/r/forwardingRules/f.

        Raises:
            AnswerError: as `get`.
            ValueError: for what is no such link.
        """
        id_, parameters = of_link(link)
        return self.get(id_, **parameters, **query)

    def pages(self, id_: str, field: str, /, **parameters: Any) -> Iterator[Json]:
        """The entries of a list, page by page; `field` is where they stand in an answer."""
        token = ""
        while True:
            page = self.get(id_, **parameters, **({"pageToken": token} if token else {})) or {}
            yield from page.get(field, [])
            token = page.get("nextPageToken", "")
            if not token:
                return


# Compute Engine's collections whose regional ones have methods under another name.
_REGIONAL = {"backendServices", "healthChecks", "networkEndpointGroups", "sslCertificates", "sslPolicies",
             "targetHttpProxies", "targetHttpsProxies", "targetTcpProxies", "urlMaps"}  # fmt: skip
_LINK = re.compile(r"(?:.*/)?projects/([^/]+)/(?:(global)|(regions|zones)/([^/]+))/(\w+)/([^/]+)")


def of_link(link: str) -> tuple[str, dict[str, str]]:
    """The method that reads what a link of Compute Engine leads to, and its parameters.

    Raises:
        ValueError: for what is no such link.
    """
    found = _LINK.fullmatch(link)
    if not found:
        raise ValueError(f"{link!r} is no link of Compute Engine")
    project, _, scope, place, collection, name = found.groups()
    regional = scope == "regions" and collection in _REGIONAL
    resource = f"region{collection[0].upper()}{collection[1:]}" if regional else collection
    resource = "globalForwardingRules" if not scope and collection == "forwardingRules" else resource
    resource = "globalAddresses" if not scope and collection == "addresses" else resource
    method = apis.method(f"compute.{resource}.get")
    own = re.findall(r"\{\+?(\w+)\}", method.path)[-1]
    within = {scope.removesuffix("s"): place} if scope else {}
    return method.id, {"project": project, **within, own: name}
