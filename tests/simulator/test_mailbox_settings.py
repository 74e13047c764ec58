"""Automatic replies over Graph, as Microsoft documents them: who may, what stays, what is refused, what it costs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tenant_client import Client, Running

ANNA, DMITRI, EMRE, BACKUP = (f"60dea100-0000-4000-8000-{number:012x}" for number in (0, 3, 4, 11))
REPLIES = "automaticRepliesSetting"


@pytest.fixture(scope="module")
def written() -> Iterator[Client]:
    """A golden tenant whose mailboxes may be set; each test has a mailbox of its own."""
    with Running("--population", "golden") as client:
        client.grant("MailboxSettings.ReadWrite")
        yield client


def replies(client: Client, guid: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"users/{guid}/mailboxSettings/{REPLIES}")
    return {name: value for name, value in found.items() if not name.startswith("@")}


def patch(client: Client, guid: str, **setting: Any) -> Any:
    return client.write("PATCH", f"users/{guid}/mailboxSettings", {REPLIES: setting})


def test_what_is_not_named_stays_and_texts_are_kept_as_pages(written: Client) -> None:
    before = replies(written, ANNA)
    assert (before["status"], before["internalReplyMessage"]) == ("disabled", "")
    answer = patch(written, ANNA, status="alwaysEnabled", internalReplyMessage="Away")
    assert answer.status == 200
    now = replies(written, ANNA)
    assert answer.json()[REPLIES] == now
    assert "<body>\nAway\n</body>" in now["internalReplyMessage"]
    assert now == {**before, "status": "alwaysEnabled", "internalReplyMessage": now["internalReplyMessage"]}
    page = "<html><body>Away</body></html>"
    patch(written, ANNA, internalReplyMessage=page, status="disabled")
    assert replies(written, ANNA)["internalReplyMessage"] == page
    assert written.get(f"users/{ANNA}/mailboxSettings")["userPurpose"] == "user"


def test_a_time_is_kept_to_seven_places_and_may_not_end_before_it_begins(written: Client) -> None:
    start, end = ({"dateTime": f"2026-12-{day}T08:00:00", "timeZone": "UTC"} for day in (20, 31))
    times = {"scheduledStartDateTime": start, "scheduledEndDateTime": end}
    assert patch(written, EMRE, status="scheduled", **times).status == 200
    assert replies(written, EMRE)["scheduledEndDateTime"]["dateTime"] == "2026-12-31T08:00:00.0000000"
    turned = {"scheduledStartDateTime": end, "scheduledEndDateTime": start}
    assert patch(written, EMRE, status="scheduled", **turned).error == (400, "ErrorInvalidArgument")
    assert patch(written, EMRE, status="sometimes").status == 400


def test_who_has_no_mailbox_and_who_may_not_are_refused_in_exchange_s_words(written: Client) -> None:
    assert written.graph(f"users/{BACKUP}/mailboxSettings").error == (404, "MailboxNotEnabledForRESTAPI")
    with Running("--population", "golden") as other:
        assert other.graph(f"users/{ANNA}/mailboxSettings").error == (403, "ErrorAccessDenied")
        other.grant("MailboxSettings.Read")
        assert other.get(f"users/{ANNA}/mailboxSettings")[REPLIES]["status"] == "disabled"
        assert patch(other, ANNA, status="disabled").error == (403, "ErrorAccessDenied")


def test_a_change_is_in_the_log_of_writes_and_costs_the_directory_nothing(written: Client) -> None:
    written.send("POST", "/_simulator/writes/reset", body={})
    for _ in range(2):
        answer = patch(written, DMITRI, externalReplyMessage="Out")
        assert answer.headers["x-ms-resource-unit"] == "0"
    report = json.loads(written.send("GET", "/_simulator/writes").body)
    assert [(one["units"], one["changed"]) for one in report["writes"]] == [(0, True), (0, False)]
    (mutation,) = report["writes"][0]["mutations"]
    assert (mutation["kind"], "Out" in mutation["replies"]["externalReplyMessage"]) == ("set_mailbox", True)
