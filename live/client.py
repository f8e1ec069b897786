"""A client of Google's APIs: one call in, JSON out, or one of the errors of live/failures.py. It may write."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import requests
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.auth.exceptions import TransportError as AuthTransportError

from deployment.values import Json
from live import answers, apis
from live.access import LOG_IN, TOKEN, told
from live.apis import Method
from live.failures import UnreachableError

# Seconds before the second, third and fourth attempt, after 429 and errors of Google's own; then it is told. Google's
# advice: https://cloud.google.com/storage/docs/retry-strategy (exponential, bounded). Not random: a single caller.
_WAITS = (1.0, 2.0, 4.0)
_LONGEST_WAIT = 15.0  # that Retry-After can ask for
_TIMEOUT = (10.0, 30.0)  # seconds to connect, and between two bytes of an answer
_LATER = frozenset({429, 500, 502, 503, 504})
_NOT_DONE = frozenset({429, 503})  # after which a change can be asked for again: it was not begun


class Session(Protocol):
    """What sends a request: google.auth's AuthorizedSession, or a test's."""

    def request(self, method: str, url: str, **more: Any) -> requests.Response:
        """Send it and return the answer."""


class Client:
    """Calls methods of Google's APIs by their ids, with the credentials of one session."""

    def __init__(
        self, session: Session, variables: Mapping[str, str], sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """`variables` may send an API elsewhere; `sleep` waits between attempts, and for whoever asks by `wait`."""
        self._session, self._variables, self.wait = session, variables, sleep
        self._tired: set[str] = set()

    def call(self, id_: str, body: Json | None = None, /, **parameters: Any) -> Json:
        """Call a method, such as compute.serviceAttachments.get, with its parameters by Google's names.

        Raises:
            NotThereError: for what does not exist.
            NotAllowedError: when the caller may not.
            ApiOffError: when the API is not enabled.
            NoAnswerError: when Google fails, also after a few more attempts, or says something that is no JSON.
            AnswerError: for any other refusal.
            UnreachableError: when nothing can be asked at all.
        """
        method = apis.method(id_)
        url = apis.base(id_.partition(".")[0], self._variables) + method.filled(parameters)
        given = {name: value for name, value in parameters.items() if name in method.query}
        query = {name: str(value).lower() if isinstance(value, bool) else value for name, value in given.items()}
        answer = self._sent(method, url, query, body)
        if answer.status_code >= 400:
            raise answers.error(method, answer, url)
        return answers.content(method, answer)

    def _sent(self, method: Method, url: str, query: Mapping[str, Any], body: Json | None) -> requests.Response:
        """The answer, after a few more attempts where that may help; none more once an API has failed that often."""
        later = _LATER if method.reads else _NOT_DONE
        for number, wait in enumerate((*(() if method.api in self._tired else _WAITS), None)):
            again = number == 0 and wait is not None and method.reads
            answer = self._once(method, url, query, body, again=again)
            if answer is not None and answer.status_code not in later:
                return answer
            if answer is not None and wait is None:
                self._tired.add(method.api)
                return answer
            self.wait(max(wait or 0.0, _asked(answer)))
        raise AssertionError("the last attempt returns or raises")

    def _once(
        self, method: Method, url: str, query: Mapping[str, Any], body: Json | None, *, again: bool
    ) -> requests.Response | None:
        """One attempt; None when nothing was heard and it can be made again."""
        try:
            return self._session.request(
                method.verb, url, params=dict(query), json=body, timeout=_TIMEOUT, allow_redirects=False
            )
        except (requests.ConnectionError, requests.Timeout, AuthTransportError) as error:
            if again:
                return None
            place = url.split("/")[2]
            why = "does not answer in time" if isinstance(error, requests.Timeout) else "cannot be reached"
            raise UnreachableError(
                f"{place} {why}; is there a network, and are the proxy variables (HTTPS_PROXY) right?"
            ) from error
        except RefreshError as error:
            account = getattr(getattr(self._session, "credentials", None), "service_account_email", "")
            raise UnreachableError(f"Google does not take the credentials ({_refused(error, account)})") from error
        except (GoogleAuthError, requests.RequestException, ValueError) as error:
            raise UnreachableError(f"{method.permission} cannot be called: {told(error)}") from error


def _asked(answer: requests.Response | None) -> float:
    """The seconds that Google asks to wait."""
    given = answer.headers.get("Retry-After", "") if answer is not None else ""
    return min(float(given), _LONGEST_WAIT) if given.isdigit() else 0.0


def _refused(error: RefreshError, account: str) -> str:
    if "impersonated" in str(error):
        return f"{told(error)} of {account}: that takes roles/iam.serviceAccountTokenCreator on it"
    if "do not contain the necessary fields" in str(error):
        return f"is the token in {TOKEN} still valid? Tokens last an hour"
    return f"{told(error)}; {LOG_IN}"
