"""When notices are asked for, and what is done with the subscriptions one has."""

from datetime import UTC, datetime, timedelta

import pytest

from chamberlain.model.notice import Deaf, Ended, Subscription
from chamberlain.policy.subscribing import LIFE, Step, half_of_life, moves, pause, why_deaf

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BASE = "https://chamberlain.contoso.example"
GRAPH = "https://graph.microsoft.com"
LOOPBACK = "http://127.0.0.1:8401"


@pytest.mark.parametrize(
    ("public_url", "graph_root", "minutes", "deaf"),
    [
        (BASE, GRAPH, 15, None),
        (BASE, GRAPH, 0, Deaf.BY_HAND),
        (None, GRAPH, 15, Deaf.NO_ADDRESS),
        (None, LOOPBACK, 15, Deaf.NO_ADDRESS),
        ("http://chamberlain.contoso.example", GRAPH, 15, Deaf.NOT_HTTPS),
        ("http://chamberlain.contoso.example", LOOPBACK, 15, Deaf.NOT_HTTPS),
        ("http://127.0.0.1:8400", GRAPH, 15, Deaf.NOT_REACHABLE),
        ("https://localhost", GRAPH, 15, Deaf.NOT_REACHABLE),
        ("https://[::1]:8400", GRAPH, 15, Deaf.NOT_REACHABLE),
        ("http://127.0.0.1:8400", LOOPBACK, 15, None),
        ("http://localhost:8400", LOOPBACK, 15, None),
    ],
)
def test_notices_are_asked_for_only_where_they_can_arrive(
    public_url: str | None, graph_root: str, minutes: int, deaf: Deaf | None
) -> None:
    assert why_deaf(public_url=public_url, graph_root=graph_root, interval_minutes=minutes) is deaf


def held(resource: str = "/users", **changes: object) -> Subscription:
    """A subscription in the middle of the first half of its life."""
    values: dict[str, object] = {
        "tenant_id": 1,
        "resource": resource,
        "microsoft_id": f"id of {resource}",
        "base": BASE,
        "client_id": "app",
        "expires_at": NOW + timedelta(days=20),
        "renew_at": NOW + timedelta(days=6),
    }
    return Subscription(**{**values, **changes})  # type: ignore[arg-type]  # each by its name


def steps(*subscriptions: Subscription, base: str | None = BASE) -> list[tuple[Step, str, Ended | None]]:
    return [(one.step, one.resource, one.why) for one in moves(subscriptions, base=base, client_id="app", now=NOW)]


USERS = (Step.OPEN, "/users", None)
GROUPS = held("/groups")


@pytest.mark.parametrize(
    ("users", "expected"),
    [
        (held(), []),
        (held(microsoft_id=None, expires_at=None, renew_at=None), [USERS]),
        (held(renew_at=NOW), [(Step.RENEW, "/users", None)]),
        (held(renew_at=None), [(Step.RENEW, "/users", None)]),
        (held(expires_at=NOW, renew_at=NOW), [(Step.END, "/users", Ended.EXPIRED), USERS]),
        (held(base="https://old.contoso.example"), [(Step.END, "/users", Ended.MOVED), USERS]),
        (held(client_id="another app"), [(Step.END, "/users", Ended.MOVED), USERS]),
        (held("/chats"), [(Step.END, "/chats", Ended.SWITCHED_OFF), USERS]),
    ],
)
def test_a_subscription_is_renewed_replaced_or_left_alone(
    users: Subscription, expected: list[tuple[Step, str, Ended | None]]
) -> None:
    assert steps(users, GROUPS) == expected


def test_a_tenant_that_has_none_gets_both() -> None:
    assert steps() == [USERS, (Step.OPEN, "/groups", None)]


def test_all_end_where_there_is_no_address_any_more() -> None:
    assert steps(held(), GROUPS, base=None) == [
        (Step.END, "/users", Ended.SWITCHED_OFF),
        (Step.END, "/groups", Ended.SWITCHED_OFF),
    ]


def test_a_subscription_asks_for_less_than_the_longest_life_and_is_renewed_at_half_of_it() -> None:
    assert timedelta(days=28) < LIFE < timedelta(minutes=41_760)
    assert half_of_life(now=NOW, expires_at=NOW + timedelta(days=28)) == NOW + timedelta(days=14)


def test_pauses_grow_to_an_hour_and_are_never_shorter_than_asked() -> None:
    pauses = [pause(failures=failures) for failures in range(1, 60)]

    assert pauses[:3] == [timedelta(seconds=15), timedelta(seconds=30), timedelta(minutes=1)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=1)
    assert pause(failures=1, asked=timedelta(hours=3)) == timedelta(hours=3)
