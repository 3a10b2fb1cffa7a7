"""The survey: every probe in one real bash, each isolated from the others."""

import subprocess
from pathlib import Path

import pytest

from kubetui.engine.step import Recipe, Task, WorkState
from kubetui.engine.survey import parse, script, survey
from kubetui.remote.command import Command
from kubetui.remote.node import Result
from tests.fakes import Bench, FakeNode, step
from tests.plans import plan

OWN = Command("say hello\n")


def ran(own: Command, probes: dict[str, Command]) -> tuple[int, dict[str, tuple[int, str]], tuple[str, ...]]:
    text = Command(script(own, probes)).render()
    done = subprocess.run(["bash"], input=text, capture_output=True, text=True, check=False)
    found, others = parse(tuple((done.stdout + done.stderr).splitlines()))
    return done.returncode, found, others


def test_every_probe_has_its_own_answer() -> None:
    code, found, others = ran(
        OWN,
        {
            "done": Command("[[ $A == 1 ]]\n", {"A": "1"}),
            "absent": Command("absent 'nothing | here'\n"),
            "partial": Command('say first; partial "half of $B"\n', {"B": "it's"}),
            "foreign": Command("foreign theirs\n"),
        },
    )
    assert code == 0
    assert others == ("hello",)
    assert found == {
        "done": (0, ""),
        "absent": (10, "nothing | here"),
        "partial": (11, "half of it's"),
        "foreign": (12, "theirs"),
    }


def test_a_probe_stops_at_its_first_error_and_the_next_probe_still_runs() -> None:
    _, found, _ = ran(
        OWN,
        {
            "errexit": Command("false\nsay not reached\n"),
            "pipefail": Command("false | cat\nsay not reached\n"),
            "nounset": Command('say "$MISSING"\n'),
            "syntax-free": Command("cd /nowhere\n"),
            "last": Command("say fine\n"),
        },
    )
    assert {name: code for name, (code, _) in found.items()} == {
        "errexit": 1,
        "pipefail": 1,
        "nounset": 1,
        "syntax-free": 1,
        "last": 0,
    }
    assert "MISSING" in found["nounset"][1]
    assert "/nowhere" in found["syntax-free"][1]


def test_a_failing_probe_never_counts_as_done() -> None:
    """The results of earlier probes must not leak into its own."""
    for earlier in ("true\n", "absent x\n", "foreign x\n"):
        _, found, _ = ran(OWN, {"earlier": Command(earlier), "fails": Command("fail 'it broke'\n")})
        assert found["fails"] == (1, "error: it broke")


def test_probes_share_neither_variables_nor_the_working_directory() -> None:
    _, found, _ = ran(
        OWN,
        {
            "sets": Command("mine=1 said=2 ended=3\ncd /\nexport PATH=/nowhere\n", {"VALUE": "x"}),
            "looks": Command('say "${mine:-} ${VALUE:-} $PWD"; command -v cat >/dev/null\n'),
        },
    )
    assert found["looks"] == (0, f"  {Path.cwd()}")


def test_the_error_of_an_unsuitable_machine_is_the_last_line() -> None:
    code, found, others = ran(Command("say Debian 12\nfail 'too little memory'\n"), {"never": OWN})
    assert code == 1
    assert found == {}
    assert others == ("Debian 12", "error: too little memory")


def test_a_line_that_only_resembles_an_answer_stays_output() -> None:
    assert parse(("kubetui-probe|a", "kubetui-probe", "x|a|0|b", "kubetui-probe|a|0|b|c")) == (
        {"a": (0, "b|c")},
        ("kubetui-probe|a", "kubetui-probe", "x|a|0|b"),
    )


async def test_the_survey_stores_its_findings_for_the_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    answer = Result(0, ("hello", "kubetui-probe|one|0|", "kubetui-probe|two|12|not ours", "kubetui-probe|three|99|odd"))
    node = FakeNode(probes=[answer])
    facts = step("facts", recipe=Recipe(probe=OWN))
    steps = (facts, *(step(name, facts, recipe=Recipe(probe=Command(f"true {name}\n"))) for name in ("one", "two")))
    bench = Bench(plan(workers=0), steps, node)
    machine = bench.plan.machines[0]
    result = await survey(Task(bench.run, facts, machine, print), OWN)
    assert result.lines == ("hello",)
    assert {name: found.state for (_, name), found in bench.run.findings.items()} == {
        "one": WorkState.DONE,
        "two": WorkState.FOREIGN,
        "three": WorkState.PARTIAL,
    }
    assert bench.run.findings[machine.name, "two"].detail == "not ours"
    (call,) = node.calls
    assert "# one\n" in call
    assert "# two\n" in call
    assert call.count("# facts\n") == 0


def test_malformed_answers_stay_output() -> None:
    lines = ("kubetui-probe|x|ten|y", "kubetui-probe|x", "kubetui-probe|x|-1|y")
    assert parse(lines) == ({}, lines)
