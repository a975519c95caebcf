"""What holds of every seal and every box, whatever is in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.vault import codes, primitives
from portal.vault.primitives import CannotOpen

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
PAIR, OTHER_PAIR = primitives.new_key_pair(), primitives.new_key_pair()
data = st.binary(max_size=900)
contexts = st.lists(st.text(max_size=6), max_size=4).map(tuple)


def _seal(content, context):
    return primitives.seal(KEY, content, *context)


def _unseal(blob, context):
    return primitives.unseal(KEY, blob, *context)


def _box(content, context):
    return primitives.box(PAIR[1], content, *context)


def _unbox(blob, context):
    return primitives.unbox(PAIR[0], blob, *context)


both = pytest.mark.parametrize(("close", "reopen"), [(_seal, _unseal), (_box, _unbox)])
some = settings(max_examples=60, deadline=None)


@both
@some
@given(content=data, context=contexts)
def test_what_was_sealed_opens(close, reopen, content, context):
    assert reopen(close(content, context), context) == content


@both
@some
@given(content=data, here=contexts, there=contexts)
def test_elsewhere_it_does_not_open(close, reopen, content, here, there):
    if here == there:
        return
    with pytest.raises(CannotOpen):
        reopen(close(content, here), there)


@both
@some
@given(content=st.binary(max_size=300), drawn=st.data())
def test_one_flipped_bit_and_it_does_not_open(close, reopen, content, drawn):
    blob = bytearray(close(content, ("x",)))
    blob[drawn.draw(st.integers(0, len(blob) - 1))] ^= 1 << drawn.draw(st.integers(0, 7))
    with pytest.raises(CannotOpen):
        reopen(bytes(blob), ("x",))


@both
@some
@given(content=st.binary(max_size=300), drawn=st.data())
def test_cut_short_or_made_longer_it_does_not_open(close, reopen, content, drawn):
    blob = close(content, ("x",))
    with pytest.raises(CannotOpen):
        reopen(blob[: drawn.draw(st.integers(0, len(blob) - 1))], ("x",))
    with pytest.raises(CannotOpen):
        reopen(blob + drawn.draw(st.binary(min_size=1, max_size=20)), ("x",))


@some
@given(content=data, context=contexts)
def test_another_key_does_not_open_it(content, context):
    with pytest.raises(CannotOpen):
        primitives.unseal(OTHER_KEY, _seal(content, context), *context)
    with pytest.raises(CannotOpen):
        primitives.unbox(OTHER_PAIR[0], _box(content, context), *context)


@both
@some
@given(content=data, context=contexts)
def test_the_length_tells_the_bucket_and_nothing_else(close, reopen, content, context):
    overhead = {
        _seal: primitives.SEAL_OVERHEAD_BYTES,
        _box: primitives.BOX_OVERHEAD_BYTES,
    }[close]
    inside = len(close(content, context)) - overhead
    prefix = 4 + (primitives.TAG_BYTES if close is _box else 0)
    assert inside % primitives.BUCKET_BYTES == 0
    assert 0 <= inside - len(content) - prefix < primitives.BUCKET_BYTES


@some
@given(left=contexts, right=contexts)
def test_different_contexts_are_different_bytes(left, right):
    assert (primitives.encode(left) == primitives.encode(right)) == (left == right)


@some
@given(secret=st.binary(min_size=codes.CODE_BYTES, max_size=codes.CODE_BYTES))
def test_every_recovery_code_can_be_typed_back(secret):
    assert codes.parse(codes.printable(secret)) == secret
