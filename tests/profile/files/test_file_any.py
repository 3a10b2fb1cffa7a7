"""Whatever a profile holds is read as it was written, and whatever a file holds is a profile or refused."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kubetui.base.errors import ProfileError
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile

TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn")), max_size=30)
SCALARS = st.one_of(
    TEXT,
    st.integers(-(10**17), 10**17),
    st.booleans(),
    st.none(),
    st.sampled_from(["1.40", "no", "010", "<<", "=", "~", "1:20", "a\tb", "a\nb ", "2024-01-01", "- a", "&x", "*x"]),
)
SHALLOW = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(TEXT, SCALARS, max_size=3)
FREE = SHALLOW | st.lists(SHALLOW, max_size=3) | st.dictionaries(TEXT, SHALLOW, max_size=3)
WORDS = st.from_regex(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?", fullmatch=True)


def key_of(taint: str) -> str:
    return taint.partition("=")[0]


KIND = st.sampled_from(["ClusterConfiguration", "KubeletConfiguration"])
PROFILES = st.builds(
    lambda name, workers, memory, labels, taints, options, patches, kind, proxy, version: Profile.model_validate(
        {
            "name": name,
            "machines": {
                "workers": workers,
                "memory": memory,
                "options": {"libvirt": options},
                "worker": {"labels": labels},
                "by_name": {"kubmaster": {"memory": memory, "labels": labels, "taints": taints}},
            },
            "kubernetes": {"version": version, "patches": [{**patch, "kind": kind} for patch in patches]},
            "mirrors": {"http_proxy": proxy},
            "network": {"options": {"lxc__bridge_name": name}},
        }
    ),
    name=st.from_regex(r"[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?", fullmatch=True),
    workers=st.integers(0, 99),
    memory=st.integers(1700, 9999),
    labels=st.dictionaries(WORDS | WORDS.map("example.org/{}".format), st.just("") | WORDS, max_size=3),
    taints=st.lists(st.builds("{}={}:PreferNoSchedule".format, WORDS, WORDS), max_size=3, unique_by=key_of),
    options=st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,60}", fullmatch=True), FREE, max_size=3),
    patches=st.lists(st.dictionaries(TEXT, FREE, max_size=3), max_size=2),
    kind=KIND,
    proxy=st.none() | st.from_regex(r"https?://([A-Za-z0-9.%]+@)?[A-Za-z0-9._~/?#!&()*+,;=%-]{1,40}", fullmatch=True),
    version=st.sampled_from(["1.31", "1.40", "1.36.1"]),
)


@settings(max_examples=100)
@given(PROFILES)
def test_dump_and_parse_agree(profile: Profile) -> None:
    assert profilefile.parse(profilefile.dump(profile), "x") == profile


PIECES = st.sampled_from(
    [
        "name",
        "machines",
        ":",
        ": ",
        "- ",
        "\n",
        "  ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&a ",
        "*a",
        "!!str ",
        "!",
        "<<",
        "|\n",
        ">",
        '"',
        "'",
        "\\",
        "#",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "? ",
        "1.40",
        "no",
        "~",
        "\t",
        "\r",
        "\x85",
        "\u2028",
        "\\x",
        "memory",
        "workers",
        "lab",
        "\x00",
        "�",
        "é",
        "😀",
        "\ufeff",
        "`",
        "@",
        "=",
        "0x1F",
        ".nan",
        "1:2",
    ]
)


def outcome(text: str | bytes) -> None:
    try:
        profile = profilefile.parse(text, "x")
    except ProfileError as error:
        assert str(error).startswith("x:")  # noqa: PT017
        return
    assert isinstance(profile, Profile)


@settings(max_examples=1000)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_fuzzed_yaml_is_a_profile_or_a_refusal(text: str) -> None:
    outcome(text)


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_fuzzed_bytes_are_a_profile_or_a_refusal(data: bytes) -> None:
    outcome(data)
