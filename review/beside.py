"""What stands beside an item: its stack, as rules see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deployment.stack import Stack
from review.known import View, views


class Beside:
    """The stack that an item stands in."""

    def __init__(self, stack: Stack) -> None:
        """Wrap it."""
        self._stack = stack
        self.label, self.environment, self.written = stack.label, stack.environment, stack.written

    def of(self, *types: str) -> list[View]:
        """The items of some types."""
        return [View(item, self._stack) for item in self._stack.of(*types)]

    def all(self) -> list[View]:
        """Every item."""
        return views(self._stack)

    def get(self, address: str) -> View | None:
        """The item at an address."""
        item = self._stack.items.get(address)
        return View(item, self._stack) if item else None

    def cached(self, make: Callable[[Stack], Any]) -> Any:
        """What `make` makes of the whole stack; it is for caches by stack."""
        return make(self._stack)
