"""The log's buffers, and the rows that a view makes of them."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from kubetui.engine.events import Line
from screens.log.buffers import Buffer, Buffers, text_of
from screens.log.view import View, cuts, pattern


def fill(buffer: Buffer, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        buffer.append(Line(0.0, "kubmaster", "init", f"line {number}"))


def rows(view: View) -> list[str]:
    found = (view.row(y) for y in range(view.height))
    return [row.text for row in found if row is not None]


@given(st.text(st.characters(categories=["L", "N", "P", "Zs", "So"]), max_size=200), st.integers(2, 40))
def test_wrapped_rows_join_to_the_text_and_fit_the_width(text: str, width: int) -> None:
    starts = [*cuts(text, width), len(text)]
    parts = [text[begin:end] for begin, end in pairwise(starts)]
    assert "".join(parts) == text
    assert all(cell_len(part.rstrip(" ")) <= width for part in parts)


def test_wrapping_keeps_words_whole() -> None:
    text = "waiting for the kubelet to boot"
    assert [text[begin:end] for begin, end in zip([0, 16], [16, 31], strict=True)] == [
        "waiting for the ",
        "kubelet to boot",
    ]
    assert cuts(text, 18) == [0, 16]


def test_a_buffer_is_bounded_in_lines_and_in_characters() -> None:
    buffer = Buffer(lines=10, characters=1000)
    fill(buffer, 25)
    assert len(buffer) == 10
    assert buffer.since(0)[0] == 15
    buffer.append(Line(0.0, "kubmaster", "init", "x" * 990))
    assert len(buffer) == 2


def test_following_drops_old_rows() -> None:
    buffer = Buffer(lines=10)
    view = View(buffer)
    fill(buffer, 8)
    view.take()
    fill(buffer, 7, 8)
    view.take()
    assert rows(view) == [f"line {number}" for number in range(5, 15)]


def test_a_held_view_keeps_its_rows_while_the_buffer_drops_them() -> None:
    buffer = Buffer(lines=10)
    view = View(buffer)
    fill(buffer, 10)
    view.take()
    view.following = False
    for start in range(10, 200, 5):
        fill(buffer, 5, start)
        view.take()
        assert rows(view)[:10] == [f"line {number}" for number in range(10)]
    assert view.height <= 20
    assert view.missing == 200 - view.height
    view.follow()
    assert rows(view) == [f"line {number}" for number in range(190, 200)]


def test_filter_and_search() -> None:
    buffer = Buffer()
    view = View(buffer)
    fill(buffer, 30)
    view.take()
    what = pattern("LINE 2")
    assert what is not None
    assert view.find(what, 0, 1) is None
    what = pattern("line 2")
    assert what is not None
    assert view.find(what, 2, 1) == 20
    assert view.find(what, 29, 1) == 2
    assert view.find(what, 2, -1) == 29
    view.rearrange(width=0, wanted=what)
    assert rows(view) == ["line 2", *(f"line {number}" for number in range(20, 30))]
    assert view.place(15) == 1
    fill(buffer, 1, 21)
    view.take()
    assert view.height == 12


def test_wrapped_entries_take_several_rows() -> None:
    buffer = Buffer()
    view = View(buffer, width=10)
    buffer.append(Line(0.0, "kubmaster", "init", "abcdefghij" * 3))
    buffer.append(Line(0.0, "kubmaster", "init", "漢字" * 6))
    view.take()
    assert rows(view) == ["abcdefghij"] * 3 + ["漢字漢字漢", "字漢字漢字", "漢字"]
    assert view.place(1) == 3


def test_all_machines_are_merged_in_order_of_arrival() -> None:
    buffers = Buffers(["a", "b"])
    for name in "abba":
        buffers.append(Line(0.0, name, "init", name))
    assert [text_of(entry) for entry in buffers.all.since(0)[1]] == list("abba")
    assert len(buffers.of("b")) == 2
    assert list(buffers) == ["a", "b"]
