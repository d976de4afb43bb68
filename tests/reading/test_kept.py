"""What was read, kept as bytes: it comes back as it was, and damage is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bishan_survey.reading.grid import Contents, Grid, Listing, Member
from bishan_survey.reading.kept import DamagedError, packed, unpacked

_TEXTS = st.text(st.characters(exclude_categories=[]), max_size=5)
_NUMBERS = st.integers(0, 9)
_MANY = st.lists(_NUMBERS, max_size=3).map(tuple)
_GRIDS = st.builds(
    Grid,
    name=_TEXTS,
    rows=st.lists(st.lists(_TEXTS, max_size=3), max_size=3),
    hidden=st.booleans(),
    hidden_rows=_MANY,
    hidden_columns=_MANY,
    merged=st.lists(st.tuples(*[_NUMBERS] * 4), max_size=2).map(tuple),
)
_CONTENTS = st.builds(Contents, kind=_TEXTS, grids=st.lists(_GRIDS, max_size=2).map(tuple), saved_at=st.none() | _TEXTS)
_MEMBERS = st.builds(Member, index=_NUMBERS, name=_TEXTS, sha256=_TEXTS, size=_NUMBERS, refused=_TEXTS)
_LISTINGS = st.builds(Listing, members=st.lists(_MEMBERS, max_size=3).map(tuple), passed_over=_NUMBERS)


@given(_CONTENTS | _LISTINGS)
def test_what_was_packed_comes_back_as_it_was(answer: Contents | Listing) -> None:
    content = packed(answer)
    assert unpacked(content) == answer
    assert packed(unpacked(content)) == content


@given(st.data())
def test_no_damage_goes_unnoticed(data: st.DataObject) -> None:
    content = packed(Contents("xlsx", (Grid("表", [["试验甲", "是"]]),)))
    place = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.integers(1, 255))
    with pytest.raises(DamagedError):
        unpacked(content[:place] + bytes([content[place] ^ other]) + content[place + 1 :])
    with pytest.raises(DamagedError):
        unpacked(content[:place])
