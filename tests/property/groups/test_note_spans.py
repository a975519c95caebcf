"""Whatever surrounds a nickname, it is found, and what is found lies in the text."""

from hypothesis import assume, given
from hypothesis import strategies as st

from groups.rules.notes import find_spans
from portal.people.rules import clean_alias, fold_alias

texts = st.text(max_size=60)
aliases = st.text(min_size=1, max_size=30).map(clean_alias)
prose = st.text(alphabet="abcdefghijklmnopqrstuvwxyz ,.-\n", max_size=40)


@given(text=texts, names=st.lists(aliases, max_size=4))
def test_spans_lie_in_the_text_in_order(text, names):
    spans = find_spans(text, names)
    places = [place for span in spans for place in span]

    assert all(start < end for start, end in spans)
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)


@given(before=texts, alias=aliases, after=texts)
def test_a_nickname_is_found_wherever_it_stands(before, alias, after):
    assume(len(fold_alias(alias)) >= 3)
    text = before + alias + after
    letters = [i for i in range(len(alias)) if fold_alias(alias[i])]
    first, last = len(before) + letters[0], len(before) + letters[-1]

    assert any(start <= first and last < end for start, end in find_spans(text, [alias]))


@given(before=prose, alias=aliases, after=prose)
def test_a_short_nickname_is_found_as_a_word(before, alias, after):
    assume(0 < len(fold_alias(alias)) < 3)
    text = f"{before} {alias} {after}"

    assert any(
        start < len(before) + 1 + len(alias) and len(before) < end
        for start, end in find_spans(text, [alias])
    )


@given(
    alias=st.text(alphabet="abcdefghijkmnopqrstuvwxyz", min_size=3, max_size=12), data=st.data()
)
def test_a_nickname_is_found_through_case_and_blanks(alias, data):
    signs = [
        (letter.upper() if data.draw(st.booleans()) else letter)
        + data.draw(st.sampled_from(["", " ", "-", ". "]))
        for letter in alias
    ]
    text = "lalu " + "".join(signs).strip() + " diam"

    assert find_spans(text, [alias])
