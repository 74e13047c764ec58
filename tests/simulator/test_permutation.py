"""The arithmetic beneath the seeded tenant can be turned round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamberlain.simulator.world.seeded.permutation import Affine, Draws, Guids

WORDS = st.integers(min_value=0, max_value=2**64 - 1)


@given(seed=WORDS, kind=st.integers(1, 100), index=st.integers(0, 2**40))
def test_a_guid_leads_back_to_its_object(seed: int, kind: int, index: int) -> None:
    guids = Guids(Draws(seed))
    guid = guids.encode(kind, index)
    assert guids.decode(guid) == (kind, index)
    assert len(guid) == 36
    assert guid[14] == "4"
    assert guid[19] in "89ab"


def test_neighbours_have_unlike_guids() -> None:
    guids = Guids(Draws(1))
    assert len({guids.encode(1, index)[:8] for index in range(10_000)}) > 9_900


@pytest.mark.parametrize("text", ["", "x", "g" * 36, "60dea100-0000-1000-8000-000000000000"])
def test_other_text_is_no_guid(text: str) -> None:
    assert Guids(Draws(1)).decode(text) is None


@given(size=st.integers(1, 5_000), first=WORDS, second=WORDS)
def test_a_layout_is_a_permutation(size: int, first: int, second: int) -> None:
    layout = Affine.drawn(size, first, second)
    laid_out = [layout.forward(place) for place in range(size)]
    assert sorted(laid_out) == list(range(size))
    assert all(layout.inverse(value) == place for place, value in enumerate(laid_out))
