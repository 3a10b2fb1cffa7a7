"""What comes from outside: whatever the bytes and however they are cut, only harmless lines come out."""

import tracemalloc
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kubetui.base.redaction import STARS, redact
from kubetui.base.text import MAX_LINE, LineCutter, clean

# parts that are likely to meet badly: colours, ends of lines, halves of characters, long words
PARTS = st.sampled_from(
    [
        b"\r",
        b"\n",
        b"\r\n",
        b"\x1b[31m",
        b"\x1b",
        b"[0m",
        "✓".encode(),
        b"\xe2\x9c",
        b"\x93",
        b"\xff",
        b"\t",
        b"word ",
        b"x" * 9,
    ]
)
BYTES = st.lists(PARTS | st.binary(max_size=6), max_size=30).map(b"".join)
CAP = 16


def lines_of(data: bytes, cuts: list[int] | None = None, cap: int = CAP) -> list[str]:
    lines = LineCutter(cap)
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts or []), len(data)]
    found = [line for start, end in pairwise(edges) for line in lines.feed(data[start:end])]
    return found + lines.close()


@given(BYTES, st.lists(st.integers(0, 1000), max_size=8))
@example(b"x" * 18 + b"\r\r\n", [19])
@example(b"\t" * 20, [])
def test_lines_do_not_depend_on_packet_boundaries(data: bytes, cuts: list[int]) -> None:
    assert lines_of(data, cuts) == lines_of(data)


@given(BYTES, st.lists(st.integers(0, 1000), max_size=8))
def test_only_printable_lines_within_the_cap_come_out(data: bytes, cuts: list[int]) -> None:
    for line in lines_of(data, cuts):
        assert line.isprintable()
        text, _, note = line.partition(" ... ")
        assert len(text) <= CAP
        assert not note or note.endswith(" characters left out") or "..." in data.decode(errors="replace")


@given(
    st.lists(st.text(st.characters(categories=("L", "N", "P", "S"), include_characters=" "), max_size=16), max_size=9)
)
def test_plain_text_comes_out_as_it_went_in(texts: list[str]) -> None:
    assert lines_of("".join(f"{text}\n" for text in texts).encode()) == texts


@given(st.text())
def test_cleaned_text_is_printable_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.isprintable()
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m\x1b[K", "red"),
        ("\x1b[38:5:1mred\x1b[m", "red"),
        ("\x1b]52;c;ZXZpbA==\x07", "␛]52;c;ZXZpbA==␇"),
        ("\x1b[2J\x1b[1A", "␛[2J␛[1A"),
        ("a\tb", "a    b"),
        ("a\x7f\x00\x9b31m", "a␡␀\ufffd31m"),
        ("user\u202etxt.exe\u2066", "user\ufffdtxt.exe\ufffd"),
        ("naïve ✓ 日本", "naïve ✓ 日本"),
    ],
)
def test_control_characters_become_visible(raw: str, shown: str) -> None:
    assert clean(raw) == shown
    assert not [character for character in shown if unicodedata.category(character).startswith("C")]


def test_a_progress_bar_keeps_only_its_last_state() -> None:
    bar = b"0%\r10%\r100%\r\nnext\r\nlast 1\rlast 2"
    assert lines_of(bar) == ["100%", "next", "last 2"]
    assert lines_of(b"".join(b"%d%%\r" % number for number in range(101)) + b"\n") == ["100%"]


def test_dropped_characters_are_counted() -> None:
    assert lines_of(b"a " * 5000, cap=4096) == [f"{'a ' * 2048} ... 5904 characters left out"]
    assert lines_of(b"a " * 5000 + b"\rshort\n", [3000, 6000, 9000], cap=4096) == ["short"]


def test_one_endless_line_needs_little_memory() -> None:
    lines = LineCutter()
    chunk = b"x" * 65536
    lines.feed(chunk)
    tracemalloc.start()
    try:
        for _ in range(80):
            assert lines.feed(chunk) == []
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000
    (line,) = lines.close()
    assert len(line) < MAX_LINE + 40
    assert line.endswith(f"... {81 * 65536 - MAX_LINE} characters left out")


TOKEN = "abcdef.0123456789abcdef"  # noqa: S105 - kubeadm's documentation has it
KEY = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            f"kubeadm join 192.168.56.101:6443 --token {TOKEN} \\",
            f"kubeadm join 192.168.56.101:6443 --token {STARS} \\",
        ),
        (f"{TOKEN}   23h", f"{STARS}   23h"),
        (f"--control-plane --certificate-key {KEY}", f"--control-plane --certificate-key {STARS}"),
        ("proxy http://me:pa55%40@proxy:3128/x", f"proxy http://me:{STARS}@proxy:3128/x"),
        ("proxy http://:pa55@proxy:3128/x", f"proxy http://:{STARS}@proxy:3128/x"),
        (f"--discovery-token-ca-cert-hash sha256:{KEY}", f"--discovery-token-ca-cert-hash sha256:{KEY}"),
        ("quay.io/coreos/flannel:v0.28.9", "quay.io/coreos/flannel:v0.28.9"),
        ("mail me@example.org http://example.org:80/a@b", "mail me@example.org http://example.org:80/a@b"),
    ],
)
def test_secrets_become_stars(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_known_secrets_become_stars() -> None:
    assert redact("a hunter2 b hunter2", ["hunter2"]) == f"a {STARS} b {STARS}"


@given(st.lists(st.integers(0, 200), max_size=6))
def test_a_secret_cut_between_two_packets_is_found(cuts: list[int]) -> None:
    lines = lines_of(f"the token is {TOKEN}\n".encode(), cuts, cap=100)
    assert [redact(line) for line in lines] == [f"the token is {STARS}"]


@given(st.integers(0, 60))
def test_a_secret_at_the_cap_is_dropped_as_a_whole(before: int) -> None:
    (line,) = lines_of(b"a " * before + f"token {TOKEN} and more {'b ' * 60}\n".encode(), cap=64)
    shown = redact(line)
    assert TOKEN not in shown
    assert "abcdef" not in shown
