"""What can go wrong between us and Google's APIs, each as one sentence for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from deployment.unusable import UnusableError


class UnreachableError(UnusableError):
    """Nothing can be asked at all: no credentials, no network, no answer in time."""


class AnswerError(Exception):
    """A call was answered by something other than what was asked for; the message is one sentence.

    `about` is what was asked for, in the words of Google's permissions: compute.serviceAttachments.get.
    """

    def __init__(self, message: str, about: str) -> None:
        """Keep what it was about."""
        super().__init__(message)
        self.about = about


class NotThereError(AnswerError):
    """What was asked for does not exist."""


class NotAllowedError(AnswerError):
    """The caller may not. `needs` is the role that would let it, and in which project: "roles/… on PROJECT"."""

    def __init__(self, message: str, about: str, needs: str) -> None:
        """Keep what would help."""
        super().__init__(message, about)
        self.needs = needs


class ApiOffError(AnswerError):
    """The API is not enabled in the project that the call counts for, or there is no such project."""

    def __init__(self, message: str, about: str, remedy: str) -> None:
        """Keep the command that enables it."""
        super().__init__(message, about)
        self.remedy = remedy


class NoAnswerError(AnswerError):
    """Google did not answer: errors of its own, too many calls, or something that is no answer of Google's."""


@contextmanager
def as_described() -> Iterator[None]:
    """Tell what an answer that is JSON, and not what Google describes, ends in: a traceback helps nobody who asks.

    Raises:
        AnswerError: in place of what reading the answer raised.
    """
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        said = f"{type(error).__name__}: {error}"
        raise AnswerError(f"an answer has not the form that its API describes ({said})", "") from error
