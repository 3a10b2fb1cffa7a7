"""Untrusted input reaches a terminal only as plain text: bytes, file names, messages, tables."""

from __future__ import annotations

import io
import json
import random
import unicodedata
from pathlib import Path

import pytest

from kubetui.base.errors import KubetuiError, ProfileError
from kubetui.base.redaction import Stream, redact
from kubetui.base.text import LineCutter, clean
from kubetui.cli.output import JsonLines, Plain
from kubetui.cluster.tables import aligned_table, tabbed_table
from kubetui.engine.engine import Engine
from kubetui.engine.events import Event, Line, NodesTable, Outcome, TaskFinished
from kubetui.engine.step import Recipe, Task
from kubetui.operations import plan as planview
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.remote.command import Command
from kubetui.remote.node import Result
from tests.fakes import Bench, FakeNode, step
from tests.plans import plan
from tests.security.fuzz import amount

EVIL = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\r\x00\x7f\u202e\u2066\u200b\ufeff\U000e0041end"
BEL = ("\x1b", "\x07", "\r", "\x00", "\x7f", "\x9b", "\u202e", "\u2066", "\u200b", "\ufeff", "\U000e0041")
SEQUENCES = (
    *(
        b"\x1b[31m",
        b"\x1b[2J",
        b"\x1b]52;c;eA==\x07",
        b"\x1bP1$r\x1b\\",
        b"\x1b_x\x1b\\",
        b"\x1bc",
        b"\x9b31m",
        b"\xc2\x9b2J",
    ),
    *(
        b"\xe2\x80\xae",
        b"\xe2\x81\xa6",
        b"\xef\xbb\xbf",
        b"\xf3\xa0\x81\x81",
        b"\r",
        b"\n",
        b"\r\n",
        b"\b",
        b"\x0e",
        b"\x7f",
    ),
    *(
        b"\xff",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x82",
        b"\x1b[38;5;1m",
        b"\x1b[",
        b"[0m",
        b"\t",
    ),
)


def harmless(text: str) -> bool:
    return text.isprintable() and not any(unicodedata.category(each) in {"Cc", "Cf", "Cs", "Co"} for each in set(text))


def test_no_escape_in_fuzzed_bytes_survives() -> None:
    source = random.Random(17)  # noqa: S311
    lines, hide = LineCutter(), Stream()
    fed, total = 0, amount(500_000, 10_000_000)
    while fed < total:
        parts = [
            source.choice(SEQUENCES) if source.random() < 0.5 else source.randbytes(source.randrange(12))
            for _ in range(600)
        ]
        data = b"".join(parts)
        cut = source.randrange(len(data))
        for chunk in (data[:cut], data[cut:]):
            fed += len(chunk)
            for line in lines.feed(chunk):
                assert line.isprintable()
                shown = hide(line)
                assert harmless(shown), ascii(shown)
                assert len(shown) < 4200
    assert all(map(harmless, lines.close()))


def test_every_cleaned_character_is_harmless() -> None:
    for code in range(0x110000):
        assert harmless(clean(chr(code))), hex(code)


@pytest.mark.parametrize("error", [KubetuiError, ProfileError])
def test_error_messages_are_harmless(error: type[KubetuiError]) -> None:
    made = error(f"it said {EVIL}\nand {EVIL}", fix=EVIL)
    assert all(map(harmless, f"{made}".split("\n")))


def test_errors_about_invalid_profiles_are_harmless(tmp_path: Path) -> None:
    quoted = json.dumps(EVIL)
    for text in (
        f"name: {quoted}",
        f"{quoted}: 1",
        f"machines: {{box: {quoted}, {quoted}: 1}}",
        f"kubernetes: {{version: {quoted}}}",
        f"mirrors: {{registries: {{{quoted}: {quoted}}}}}",
        f"network: {{manifest: {{path: {quoted}}}}}",
        f"a: {EVIL}",
    ):
        with pytest.raises(KubetuiError) as caught:
            planview.plan_text(Plan(profilefile.parse(text, EVIL)))
        assert all(map(harmless, str(caught.value).split("\n")))
    with pytest.raises(ProfileError) as missing:
        library.find(EVIL.replace("\x00", ""))
    assert all(map(harmless, str(missing.value).split("\n")))


def test_a_plan_shows_a_third_party_manifest_harmlessly(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text(f"a: {EVIL}\nb: 2\n".replace("\0", ""))
    network = {"pod_network": "manifest", "manifest": {"path": str(path)}}
    text = json.dumps(planview.plan_document(Plan(Profile.model_validate({"network": network}))))
    assert "b: 2" in text
    assert harmless(text)


def test_table_cells_are_harmless() -> None:
    for table in (
        aligned_table(f"NAME   POD\n{EVIL} x\n", 0.0),
        tabbed_table(f"NAME\tPOD\n{EVIL}\tx", 0.0),
    ):
        for text in (*table.columns, *(cell for row in table.rows for cell in row)):
            assert harmless(text)


async def test_events_and_their_printed_output_are_harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    async def says(task: Task) -> Outcome:
        task.log(EVIL)
        task.run.nodes_table = f"NAME\n{EVIL}\n"
        raise KubetuiError(EVIL, fix=EVIL)

    failing = Result(1, (EVIL, f"error: {EVIL}"))
    steps = (step("one", run=says), step("two", recipe=Recipe(Command("x\n"))))
    bench = Bench(plan(workers=0), steps, FakeNode(applies=[failing]))
    plain, lines = io.StringIO(), io.StringIO()
    sinks = (bench.events.append, Plain(plain, verbose=True), JsonLines(lines))

    def sink(event: Event) -> None:
        for each in sinks:
            each(event)

    await Engine(bench.run, sink, bench.stop).execute()
    assert not any(character in plain.getvalue() for character in BEL)
    assert all(map(harmless, lines.getvalue().splitlines()))
    texts = []
    for event in bench.events:
        match event:
            case Line() | NodesTable():
                texts += event.text.split("\n")
            case TaskFinished():
                texts += [event.error, event.fix, *event.tail]
            case _:
                pass
    assert len(texts) > 6
    for text in texts:
        assert all(map(harmless, text.split("\n"))), ascii(text)


def test_redacted_text_is_harmless() -> None:
    assert harmless(redact(clean(EVIL)))
