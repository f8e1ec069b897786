"""The file that a configuration of one's own begins with: few keys, comments that lead on, nothing left to correct."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

_HEAD = """\
# yaml-language-server: $schema=../schema.json
# Every key that is left out has its default: `./psc config --env {name} --all` shows them, docs/configuration.md
# explains them. PRODUCER_PROJECT, CONSUMER_PROJECT and REGION in the environment do not win over this file."""


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What somebody wants first. `consumers` are projects by key.

    Either a `service` of one's own is published, by its `producer`, from its `image`; or consumers connect to the
    `service_attachment` of others. `bucket` holds the state; "" leaves it beside the checkout.
    """

    name: str
    region: str
    consumers: Mapping[str, str]
    service: str
    producer: str = ""
    image: str = ""
    service_attachment: str = ""
    bucket: str = ""
    name_prefix: str = ""
    test_vm: bool = field(default=False)

    def text(self) -> str:
        """The file."""
        return "\n".join([_HEAD.format(name=self.name), *self._lines()]) + "\n"

    def _lines(self) -> Iterator[str]:
        if self.name_prefix:
            yield f"name_prefix: {_scalar(self.name_prefix)}"
        yield f"region: {self.region}"
        if self.bucket:
            yield from ("state:", "  backend: gcs", f"  bucket: {_scalar(self.bucket)}")
        else:
            yield "# The state is kept in files beside this checkout until a bucket is named: docs/state.md"
        if self.producer:
            yield from self._producer()
        yield "consumers:"
        for key, project in self.consumers.items():
            yield from self._consumer(key, project)

    def _producer(self) -> Iterator[str]:
        yield from ("producer:", f"  project: {_scalar(self.producer)}", "  services:", f"    {_scalar(self.service)}:")
        yield f"      image: {_scalar(self.image)}"
        yield "      # What a service of your own often needs:"
        yield "      # container_port: 8080"
        yield "      # env: {LOG_LEVEL: info}"
        yield "      # secrets: {DB_PASSWORD: {secret: db-password}}"
        yield f"      # service_account: {self.service}@{self.producer}.iam.gserviceaccount.com"

    def _consumer(self, key: str, project: str) -> Iterator[str]:
        yield from (f"  {_scalar(key)}:", f"    project: {_scalar(project)}", "    endpoints:")
        yield f"      {_scalar(self.service)}:"
        if self.producer:
            yield f"        service: {_scalar(self.service)}"
        else:
            yield f"        service_attachment: {self.service_attachment}"
            yield "        # url: the service's URL, for the commands that try it (the producer's output SERVICE_url)"
        if not self.test_vm:
            yield "    # A VM to try the endpoint from costs a little, also when nobody uses it."
            yield "    test_vm: {enabled: false}"


def _scalar(text: str) -> str:
    """Text as YAML has it: quoted where it would be something else, such as `on`."""
    return str(yaml.safe_dump(text, width=10_000)).splitlines()[0]
