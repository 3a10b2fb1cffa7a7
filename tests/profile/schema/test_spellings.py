"""What people write for memory and versions is read as what they mean, in the wizard and in files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.errors import ProfileError
from kubetui.profile.files import file as profilefile
from kubetui.profile.questions.pages import pages
from kubetui.profile.questions.typed import could_become_valid, parse_answer

QUESTIONS = {".".join(question.path): question for page in pages() for question in page.questions}
MEMORY, VERSION, CPUS = (QUESTIONS[name] for name in ("machines.memory", "kubernetes.version", "machines.cpus"))
GAP = st.sampled_from(["", " ", "  "])
MIB = st.sampled_from(["", "m", "M", "mb", "MB", "MiB", "mib"])
GIB = st.sampled_from(["g", "G", "gb", "GB", "GiB", "gib"])


@given(st.integers(512, 1_048_576), GAP, MIB)
def test_mebibytes_in_every_spelling(amount: int, gap: str, unit: str) -> None:
    assert parse_answer(MEMORY, f"{amount}{gap}{unit}") == amount


@given(st.integers(1, 1024), GAP, GIB)
def test_gibibytes_in_every_spelling(amount: int, gap: str, unit: str) -> None:
    assert parse_answer(MEMORY, f" {amount}{gap}{unit} ") == amount * 1024


@given(st.integers(2, 4000), GIB)
def test_quarters_of_gibibytes_are_exact(quarters: int, unit: str) -> None:
    assert parse_answer(MEMORY, f"{quarters / 4:g} {unit}") == quarters * 256


@given(st.integers(31, 99), st.none() | st.integers(0, 999), st.sampled_from(["", "v", "V"]), GAP)
def test_versions_with_and_without_the_v(minor: int, patch: int | None, spoken: str, gap: str) -> None:
    version = f"1.{minor}" if patch is None else f"1.{minor}.{patch}"
    assert parse_answer(VERSION, f"{gap}{spoken}{version}") == version


@given(st.integers(1, 64), GAP, GIB | MIB)
def test_no_amount_is_called_wrong_while_it_is_typed(amount: int, gap: str, unit: str) -> None:
    text = f"{amount * 1024 if unit[:1] in 'mM' else amount}{gap}{unit}"
    assert all(could_become_valid(MEMORY, text[:end]) for end in range(len(text) + 1)), text


@given(st.integers(31, 99), st.integers(0, 999))
def test_no_version_is_called_wrong_while_it_is_typed(minor: int, patch: int) -> None:
    text = f"v1.{minor}.{patch}"
    assert all(could_become_valid(VERSION, text[:end]) for end in range(len(text) + 1))


@pytest.mark.parametrize(
    ("question", "text", "sentence"),
    [
        (MEMORY, "2,5 GiB", "2,5 GiB is not an amount of memory. Write MiB, such as 4096, or 4 GiB."),
        (MEMORY, "much", "much is not an amount of memory. Write MiB, such as 4096, or 4 GiB."),
        (MEMORY, "2.0001 GiB", "2.0001 GiB is 2048.1024 MiB, and only whole MiB can be had: write 2049."),
        (MEMORY, "4", "4 MiB is too little: at least 512 MiB. For 4 GiB, write 4 GiB."),
        (MEMORY, "100", "100 MiB is too little: at least 512 MiB."),
        (MEMORY, "2048 GiB", "2097152 MiB is too much: at most 1048576 MiB."),
        (VERSION, "37", "37 is not a version of Kubernetes. Write 1.37."),
        (
            VERSION,
            "latest",
            "latest is not a version of Kubernetes. Write 1.37 for its newest release, or 1.37.2 for exactly that one.",
        ),
        (CPUS, "1.99", "1.99 is not a whole number, and CPUs each has to be one: write 1 or 2."),
        (CPUS, "0.5", "0.5 is not a whole number, and CPUs each has to be one: write 1."),
        (
            QUESTIONS["mirrors.http_proxy"],
            "proxy:3128",
            "proxy:3128 does not fit HTTP proxy. Write one such as http://proxy.example.org:3128.",
        ),
    ],
)
def test_a_value_that_cannot_be_says_what_to_write(question: object, text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse_answer(question, text)  # type: ignore[arg-type]
    assert str(caught.value) == sentence


@pytest.mark.parametrize("memory", ["4 GiB", "4g", '"4096"', "4096", "4096 MiB"])
def test_a_file_takes_the_same_amounts(memory: str) -> None:
    assert profilefile.parse(f"machines: {{memory: {memory}}}", "x").machines.memory == 4096


def test_a_file_takes_a_version_with_a_v_and_keeps_it_without() -> None:
    profile = profilefile.parse("kubernetes: {version: v1.36}", "x")
    assert profile.kubernetes.version == "1.36"
    assert "version: '1.36'" in profilefile.dump(profile)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("machines: {memory: 4.5}", "4.5 is not a whole number.\n  Write MiB, such as 4096, or an amount such as"),
        ("machines: {cpus: 1.99}", "1.99 is not a whole number.\n  Write 1 or 2."),
        ("kubernetes: {version: 1.36}", 'YAML reads 1.36 as a number, but text is needed.\n  Put it in quotes: "1.36"'),
    ],
)
def test_what_yaml_reads_otherwise_is_still_refused(text: str, words: str) -> None:
    with pytest.raises(ProfileError) as caught:
        profilefile.parse(text, "x")
    assert words in str(caught.value)
