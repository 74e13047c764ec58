"""Bars: they fit, they keep small parts visible, and they say their message."""

from hypothesis import given
from hypothesis import strategies as st

from chamberlain.queries.overview import LicenceRow
from chamberlain.web.drawing import draw_licence, share, stacked

SEATS = st.integers(min_value=0, max_value=10_000_000)


def licence(*, bought: int, assigned: int, blocked: int = 0, free: bool = False) -> LicenceRow:
    """A licence with these seats."""
    return LicenceRow(
        key="licence:x",
        name="Microsoft 365 E5",
        part_number="SPE_E5",
        status="Enabled",
        bought=bought,
        assigned=assigned,
        idle=bought - assigned,
        suspended=0,
        blocked=blocked,
        errors=0,
        free=free,
        plans=(),
    )


@given(parts=st.lists(SEATS, max_size=5), whole=st.none() | SEATS)
def test_segments_stand_side_by_side_within_the_bar(parts: list[int], whole: int | None) -> None:
    segments = stacked([(str(number), count) for number, count in enumerate(parts)], whole=whole)
    assert len(segments) == sum(count > 0 for count in parts)
    end = 0.0
    for segment in segments:
        assert abs(float(segment.x) - end) < 0.02
        assert float(segment.width) >= 0
        end = float(segment.x) + float(segment.width)
    assert end <= 100.02


@given(bought=SEATS, assigned=SEATS, blocked=SEATS)
def test_any_licence_can_be_drawn(bought: int, assigned: int, blocked: int) -> None:
    drawing = draw_licence(licence(bought=bought, assigned=assigned, blocked=min(blocked, assigned)))
    assert drawing.title
    assert all(0 <= float(segment.x) <= 100.01 for segment in drawing.segments)


def test_the_title_says_the_message() -> None:
    assert draw_licence(licence(bought=2000, assigned=786)).title == "1,214 seats idle"
    assert draw_licence(licence(bought=10, assigned=9)).title == "1 seat idle"
    assert draw_licence(licence(bought=9, assigned=9)).title == "No seat left"
    assert draw_licence(licence(bought=9, assigned=11)).title == "2 seats more assigned than bought"
    assert draw_licence(licence(bought=9, assigned=1, free=True)).title == "Free of charge; seats do not matter"


def test_a_share_of_nothing_is_nothing() -> None:
    assert share(0, of=0) == "0"
    assert share(3, of=4) == "75.00"
    assert share(9, of=4) == "100.00"
