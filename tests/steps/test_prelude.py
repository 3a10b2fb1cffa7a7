"""The prelude's shell functions: put, same, retry, fail, room and the answers of probes."""

import stat

import pytest

from kubetui.base.scripts import typed
from kubetui.engine.step import WorkState
from kubetui.remote.command import Command
from tests.steps.box import Box


def test_put_writes_a_complete_file_with_its_mode_and_logs_it_once(box: Box) -> None:
    script = "put sub/file $'one\\ntwo' 600; put sub/file $'one\\ntwo' 600; put open text"
    done = box.shell(script)
    assert (done.returncode, done.stdout) == (0, "wrote sub/file\nwrote open\n")
    assert (box.root / "sub" / "file").read_text() == "one\ntwo\n"
    assert stat.S_IMODE((box.root / "sub" / "file").stat().st_mode) == 0o600
    assert stat.S_IMODE((box.root / "open").stat().st_mode) == 0o644
    assert [path.name for path in (box.root / "sub").iterdir()] == ["file"]


def test_a_file_is_told_as_a_person_would_write_it(box: Box) -> None:
    long = "x" * 201
    box.shell(
        f"put short $'one\\ntwo'; put short $'one\\ntwo'; put 'a b' secret 600; put long {long}; put from x 644 '<(y)'"
    )
    assert box.told() == [
        "tee short <<<$'one\\ntwo'",
        "tee 'a b' # the content is left out",
        "tee long # the content is left out",
        "tee from < <(y)",
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("plain", "a=b:c/d,e.f_g-h@i%j+k"),
        ("two words", "it's", 'say "x"', "$HOME", "a;b", "", "~", "*", "ünï"),
        ("line\nline", "tab\tit's\\n"),
    ],
)
def test_shell_and_python_quote_alike_and_the_result_can_be_pasted(box: Box, words: tuple[str, ...]) -> None:
    values = {f"W{number}": word for number, word in enumerate(words)}
    arguments = " ".join(f'"${name}"' for name in values)
    done = box.run(Command(f"quoted {arguments}\neval \"printf '%s\\\\0' $(quoted {arguments})\"\n", values))
    line, _, pasted = done.stdout.partition("\n")
    assert line == typed(*words)
    assert tuple(pasted.split("\0")[:-1]) == words


@pytest.mark.parametrize(
    ("text", "same"), [("a\nb\n", True), ("a\nb", True), ("a\nb \n", False), ("a*", False), ("", False)]
)
def test_same_compares_file_contents_exactly(box: Box, text: str, same: bool) -> None:  # noqa: FBT001
    box.write("file", text)
    assert (
        box.run(Command('same "$FILE" "$TEXT"\n', {"FILE": str(box.root / "file"), "TEXT": "a\nb"})).returncode == 0
    ) is same
    assert box.shell("same missing ''").returncode == 1


def test_retry_doubles_its_pauses_and_gives_up(box: Box) -> None:
    done = box.shell("n=0; often() { n=$((n + 1)); ((n == 3)); }; retry 4 often; say after $n")
    assert done.stdout.splitlines()[-1] == "after 3"
    assert box.called("sleep") == ["sleep 2", "sleep 4"]
    done = box.shell("retry 3 false || say given up")
    assert done.stdout.splitlines()[-1] == "given up"
    assert box.called("sleep") == ["sleep 2", "sleep 4"]


def test_fail_exits_with_1_whatever_the_environment_says(box: Box) -> None:
    done = box.shell("fail it broke")
    assert (done.returncode, done.stderr) == (1, "error: it broke\n")


@pytest.mark.parametrize(("word", "code"), [("absent", 10), ("partial", 11), ("foreign", 12)])
def test_a_probes_exit_codes_match_the_findings(box: Box, word: str, code: int) -> None:
    done = box.shell(f"{word} why not")
    assert (done.returncode, done.stdout) == (code, "why not\n")
    assert WorkState(code).name.lower() == word


def test_too_little_space_is_reported_before_work_begins(box: Box) -> None:
    box.program("df", "echo Avail; echo 12")
    done = box.shell("room /var/lib/not/there 300\necho reached")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: {box.root}/var/lib/not/there has 12 MiB free, and this step needs 300\n"
    assert box.called("df") == [f"df --output=avail --block-size=1M {box.root}/var/lib/"]
    assert box.shell("room /var/lib/not/there 12").returncode == 0
