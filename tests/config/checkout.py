"""A checkout as far as configurations go, with an environment `prod`."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loading import Loaded, load
from config.problems import ConfigurationError

OWN = """\
producer:
  project: our-producer
  services:
    hello:
      accept: {shop: 10}
      invokers: [shop]
consumers:
  shop:
    project: our-shop
    endpoints:
      hello: {service: hello}
"""
TEAM = """\
producer:
  services:
    hello:
      accept: {analytics: 2}
      invokers: [analytics]
consumers:
  analytics:
    project: our-analytics
    endpoints:
      hello: {service: hello}
"""


class Checkout:
    """Its files by their names in config/environments, and what loading says of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        (self.folder / "config" / "environments").mkdir(parents=True)
        self.write("prod.yaml", OWN)

    def path(self, name: str) -> Path:
        return self.folder / "config" / "environments" / name

    def write(self, name: str, content: str | bytes) -> Path:
        file = self.path(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def load(self, environment: str = "prod", **variables: str) -> Loaded:
        return load(self.folder, {"PSC_ENV": environment, **variables})

    def said(self, environment: str = "prod") -> list[str]:
        with pytest.raises(ConfigurationError) as caught:
            self.load(environment)
        problems = caught.value.problems
        assert all(str(problem).isprintable() and problem.fault.remedy for problem in problems)
        return [str(problem).replace("config/environments/", "") for problem in problems]
