"""The client of Google's APIs: what each failure becomes, what is asked again, and what cannot be written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import requests
from google.auth.exceptions import RefreshError

from live import apis
from live.access import Access, session
from live.client import Client
from live.failures import (
    AnswerError,
    ApiOffError,
    NoAnswerError,
    NotAllowedError,
    NotThereError,
    UnreachableError,
)
from live.reader import Reader, of_link
from standin import Standin

ATTACHMENT = {"project": "p", "region": "r", "serviceAttachment": "a"}
GET = "compute.serviceAttachments.get"


def answered(code: int, content: object = None, **headers: str) -> requests.Response:
    """An answer as it comes from HTTP."""
    answer = requests.Response()
    answer.status_code, answer.url = code, "https://compute.googleapis.com/x"
    answer._content = content if isinstance(content, bytes) else json.dumps(content or {}).encode()
    answer.headers.update(headers)
    return answer


def refused(code: int, message: str, **more: Any) -> requests.Response:
    """An error of Google's."""
    return answered(code, {"error": {"code": code, "message": message, **more}})


def expired(message: str) -> Exception:
    """What google-auth raises when a token cannot be had."""
    error: Exception = RefreshError(message)  # type: ignore[no-untyped-call]
    return error


class Said:
    """A session that answers what it is told to, and remembers what it was asked; the last answer for ever."""

    def __init__(self, *answers: requests.Response | Exception) -> None:
        self.answers, self.asked, self.slept = list(answers), list[tuple[str, str]](), list[float]()

    def request(self, method: str, url: str, **more: Any) -> requests.Response:
        self.asked.append((method, url))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self) -> Client:
        return Client(self, {}, self.slept.append)


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (refused(404, "The resource 'x' was not found"), NotThereError, "compute.serviceAttachments.get: The resource"),
        (refused(403, "Required 'x' permission"), NotAllowedError, "compute.serviceAttachments.get: Required 'x'"),
        (refused(403, "off", errors=[{"reason": "accessNotConfigured"}]), ApiOffError, "is not enabled in p"),
        (
            refused(403, "off", details=[{"reason": "SERVICE_DISABLED", "metadata": {"consumer": "projects/7"}}]),
            ApiOffError,
            "compute.googleapis.com is not enabled in 7",
        ),
        (
            refused(403, "The API requires a quota project, which is not set by default", details=[
                {"reason": "SERVICE_DISABLED", "metadata": {"consumer": "projects/764086051850"}}]),
            ApiOffError, "compute.googleapis.com wants a quota project",
        ),
        (refused(400, "Invalid value"), AnswerError, "Invalid value"),
        (refused(429, "Quota exceeded."), NoAnswerError, "too many calls (Quota exceeded); try again in a minute"),
        (refused(503, "Unavailable."), NoAnswerError, "Google answers 503 (Unavailable); try again"),
        (answered(502, b"<html>Bad Gateway</html>"), NoAnswerError, "Google answers 502"),
        (answered(200, b"<html>Please sign in</html>"), NoAnswerError, "is no JSON; is a proxy or a sign-in page"),
        (answered(200, b"[1]"), NoAnswerError, "is no JSON"),
        (answered(302, b"", Location="https://login.example.com"), NoAnswerError, "redirects to https://login.example"),
        (answered(403, b"<html>Blocked</html>"), NoAnswerError, "403 in words that are not Google's; is a proxy in b"),
        (answered(404, b"<html>What?</html>"), NoAnswerError, "404 in words that are not Google's"),
        (requests.ConnectionError("refused"), UnreachableError, "compute.googleapis.com cannot be reached"),
        (requests.ReadTimeout(), UnreachableError, "compute.googleapis.com does not answer in time"),
        (requests.exceptions.ChunkedEncodingError("cut"), UnreachableError, "cannot be called: cut"),
        (expired("Reauthentication is needed. Please run"), UnreachableError, "gcloud auth application-default"),
        (expired("The credentials do not contain the necessary fields need to"), UnreachableError, "still valid"),
    ],
)  # fmt: skip
def test_every_failure_is_one_sentence(answer: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        Said(answer).client().call(GET, **ATTACHMENT)
    assert type(caught.value) is error
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_reader_is_told_what_would_let_it() -> None:
    with pytest.raises(NotAllowedError) as caught:
        Said(refused(403, "no")).client().call(GET, **ATTACHMENT)
    assert caught.value.needs == "roles/compute.viewer on p"


def test_it_asks_again_a_few_times_and_then_no_more() -> None:
    said = Said(refused(503, "busy"))
    client = said.client()
    for _ in range(2):
        with pytest.raises(NoAnswerError):
            client.call(GET, **ATTACHMENT)
    assert said.slept == [1, 2, 4], "the second call knows that the API fails"
    assert len(said.asked) == 5


def test_it_waits_as_long_as_google_asks_within_bounds() -> None:
    busy = [answered(429, **{"Retry-After": seconds}) for seconds in ("3", "9999", "soon")]
    said = Said(*busy, answered(200, {"name": "a"}))
    assert said.client().call(GET, **ATTACHMENT) == {"name": "a"}
    assert said.slept == [3, 15, 4]


def test_a_lost_connection_is_tried_once_more() -> None:
    said = Said(requests.ConnectionError("reset"), answered(200, {"name": "a"}))
    assert said.client().call(GET, **ATTACHMENT) == {"name": "a"}
    assert said.slept == [1]


def test_an_api_that_failed_and_cannot_be_reached_any_more_is_one_sentence() -> None:
    said = Said(*[refused(503, "busy")] * 4, requests.ConnectionError("reset"))
    client = said.client()
    with pytest.raises(NoAnswerError):
        client.call(GET, **ATTACHMENT)
    with pytest.raises(UnreachableError, match="cannot be reached"):
        client.call(GET, **ATTACHMENT)


def test_what_may_have_been_done_is_not_asked_for_again() -> None:
    create = "networkmanagement.projects.locations.global.connectivityTests.create"
    for answer in (refused(500, "broken"), requests.ReadTimeout()):
        said = Said(answer)
        with pytest.raises((NoAnswerError, UnreachableError)):
            said.client().call(create, {}, parent="projects/p/locations/global", testId="t")
        assert len(said.asked) == 1


def test_a_reader_writes_nothing() -> None:
    said = Said(answered(200))
    for id_ in ("compute.serviceAttachments.delete", "run.projects.locations.services.setIamPolicy"):
        with pytest.raises(ValueError, match="only reads"):
            Reader(said.client()).get(id_, **ATTACHMENT)
    assert not said.asked


def test_a_reader_asks_once_also_for_what_it_may_not_see() -> None:
    said = Said(refused(403, "no"))
    reader = Reader(said.client())
    for _ in range(2):
        with pytest.raises(NotAllowedError):
            reader.get(GET, **ATTACHMENT)
    assert len(said.asked) == 1
    assert Reader(Said(refused(404, "gone")).client()).get(GET, **ATTACHMENT) is None


def test_lists_are_read_to_their_end() -> None:
    said = Said(
        answered(200, {"services": [{"name": "1"}], "nextPageToken": "t"}), answered(200, {"services": [{"name": "2"}]})
    )
    listed = Reader(said.client()).pages("serviceusage.services.list", "services", parent="projects/p")
    assert [one["name"] for one in listed] == ["1", "2"]


@pytest.mark.parametrize(
    ("link", "id_"),
    [
        ("projects/p/global/networks/n", "compute.networks.get"),
        ("https://h/compute/v1/projects/p/regions/r/backendServices/b", "compute.regionBackendServices.get"),
        ("projects/p/regions/r/networkEndpointGroups/n", "compute.regionNetworkEndpointGroups.get"),
        ("projects/p/zones/z/networkEndpointGroups/n", "compute.networkEndpointGroups.get"),
        ("projects/p/global/backendServices/b", "compute.backendServices.get"),
        ("projects/p/regions/r/targetHttpProxies/t", "compute.regionTargetHttpProxies.get"),
        ("projects/p/global/forwardingRules/f", "compute.globalForwardingRules.get"),
        ("projects/p/zones/z/instances/i", "compute.instances.get"),
        ("//compute.googleapis.com/projects/p/regions/r/serviceAttachments/s", "compute.serviceAttachments.get"),
    ],
)  # fmt: skip
def test_a_link_says_how_it_is_read(link: str, id_: str) -> None:
    found, parameters = of_link(link)
    assert found == id_
    assert link.endswith(apis.method(id_).filled(parameters))


def test_a_method_takes_only_parameters_that_google_knows() -> None:
    with pytest.raises(KeyError, match="no parameter showNatIp"):
        apis.method(GET).filled({**ATTACHMENT, "showNatIp": True})


@pytest.mark.parametrize(
    ("api", "place"),
    [
        ("compute", "https://compute.googleapis.com/compute/v1/"),
        ("run", "https://run.googleapis.com/v2/"),
        ("cloudresourcemanager", "https://cloudresourcemanager.googleapis.com/v3/"),
        ("logging", "https://logging.googleapis.com/v2/"),
        ("dns", "https://dns.googleapis.com/dns/v1/"),
        ("certificatemanager", "https://certificatemanager.googleapis.com/v1/"),
    ],
)
def test_apis_are_googles_unless_the_providers_variables_say_otherwise(
    api: str, place: str, variables: dict[str, str], standin: Standin
) -> None:
    assert apis.base(api, {}) == place
    assert apis.base(api, variables).startswith(standin.url)


def test_it_talks_to_the_stand_in_as_the_provider_does(standin: Standin, variables: dict[str, str]) -> None:
    reader = Reader(Client(session(Access(quota_project="q"), variables), variables))
    enabled = reader.get("serviceusage.services.get", name="projects/p-one/services/compute.googleapis.com")
    assert enabled is not None
    assert enabled["state"] == "DISABLED"
    with pytest.raises(ApiOffError):
        reader.at("projects/p-one/global/networks/n")
    standin.cloud.project("p-one").apis |= {"compute.googleapis.com", "run.googleapis.com"}
    reader = Reader(Client(session(Access(), variables), variables))
    assert reader.at("projects/p-one/global/networks/n") is None
    place = "projects/p-one/locations/asia-northeast1/services/s"
    assert reader.get("run.projects.locations.services.get", name=place) is None


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"GOOGLE_CREDENTIALS": "/no/such/file.json"}, "No such file"),
        ({"GOOGLE_CREDENTIALS": "{"}, "Expecting property name"),
        ({"GOOGLE_CREDENTIALS": '{"type": "what"}'}, "type"),
    ],
)
def test_credentials_that_cannot_be_used_are_said(variables: dict[str, str], words: str) -> None:
    with pytest.raises(UnreachableError, match="gcloud auth application-default login") as caught:
        session(Access(), variables)
    assert words in str(caught.value)


@pytest.mark.parametrize("variable", ["GOOGLE_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS"])
@pytest.mark.parametrize(
    "text",
    ["null", "[]", "3", "NaN", "[" * 3000 + "]" * 3000, '{"a":' * 3000 + "1" + "}" * 3000,
     '{"type": "impersonated_service_account"}'],
    ids=["null", "list", "number", "NaN", "deep-list", "deep-object", "no-source"],
)  # fmt: skip
def test_a_file_of_credentials_that_holds_none_is_said(
    text: str, variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "key.json"
    file.write_text(text)
    monkeypatch.setenv(variable, str(file))
    with pytest.raises(UnreachableError, match="there are no credentials for Google Cloud"):
        session(Access(), os.environ)


@pytest.mark.parametrize("given", ["c2VjcmV0", "c2VjcmV0" * 1000], ids=["short", "long"])
def test_a_key_in_another_form_is_not_printed(given: str) -> None:
    with pytest.raises(UnreachableError, match="GOOGLE_CREDENTIALS: ") as caught:
        session(Access(), {"GOOGLE_CREDENTIALS": given})
    assert "c2VjcmV0" not in str(caught.value)


def test_no_credentials_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    with pytest.raises(UnreachableError, match="there are no credentials for Google Cloud"):
        session(Access(), {})


def test_an_account_is_impersonated_where_the_configuration_says_so() -> None:
    variables = {"GOOGLE_OAUTH_ACCESS_TOKEN": "t", "GOOGLE_IAM_CREDENTIALS_CUSTOM_ENDPOINT": "http://127.0.0.1:1/v1/"}
    credentials: Any = session(Access(impersonate="a@b", quota_project="q"), variables).credentials
    assert credentials.service_account_email == "a@b"
    assert credentials.quota_project_id == "q"
    assert "http://127.0.0.1:1/v1/projects/-/serviceAccounts/a@b" in credentials._iam_endpoint_override


def test_an_impersonated_account_reads_with_a_token_of_its_own(standin: Standin, variables: dict[str, str]) -> None:
    access = Access(impersonate="reader@p-one.iam.gserviceaccount.com", quota_project="p-quota")
    own = session(access, variables)
    sent: list[Any] = []
    own.hooks["response"].append(lambda answer, **_: sent.append(answer.request.headers))
    assert Reader(Client(own, variables)).get("serviceusage.services.get", name="projects/p-one/services/x.com")
    assert sent[-1]["Authorization"] == "Bearer rehearsal-of-reader@p-one.iam.gserviceaccount.com"
    assert sent[-1]["x-goog-user-project"] == "p-quota"


def test_an_account_that_may_not_be_acted_as_is_one_sentence(standin: Standin, variables: dict[str, str]) -> None:
    own = session(Access(impersonate="does-not-exist@p.iam.gserviceaccount.com"), variables)
    with pytest.raises(UnreachableError, match=r"iam\.serviceAccountTokenCreator on it") as caught:
        Reader(Client(own, variables)).get("serviceusage.services.get", name="projects/p-one/services/x.com")
    assert "\n" not in str(caught.value)
