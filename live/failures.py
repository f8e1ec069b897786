"""What can go wrong between us and Google's APIs, each as one sentence for people."""

from __future__ import annotations

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
