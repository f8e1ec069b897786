"""Shared by the tests of the documentation: pages, their blocks, and the option that writes made pages anew."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-docs", action="store_true", help="write the documentation's made pages anew")
