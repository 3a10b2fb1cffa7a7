"""What a profile may name as a box, what Vagrant is told about it, and what is refused with which words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kubetui.base.errors import ProfileError
from kubetui.base.redaction import redact
from kubetui.profile import credentials
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.rules.between_fields import check
from kubetui.profile.schema.boxes import BoxKind, parse_box, vagrant_box
from tests.profiles import machines, profile

SUM, OTHER = "ab" * 32, "cd" * 32
URL = "https://me@boxes.example.org/x/debian-13.box"


def loaded(text: str) -> Plan:
    return Plan(profilefile.parse(f"machines: {{{text}}}\n", "lab.yaml"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("bento/ubuntu-24.04", BoxKind.CATALOGUE),
        ("https://example.org/a%20b.box", BoxKind.FILE),
        ("http://10.0.3.1:8080/debian-13.box?from=here", BoxKind.FILE),
        ("/srv/boxes/debian 13.box", BoxKind.FILE),
        ("https://example.org/debian-13.json", BoxKind.METADATA),
        ("~/debian-13.json", BoxKind.METADATA),
    ],
)
def test_a_box_is_parsed_once_and_survives_its_file(text: str, kind: BoxKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    chosen = machines(box=text)
    assert chosen.machines.box is not None
    assert chosen.machines.box.kind is kind
    assert str(chosen.machines.box) == text.replace("~", "/home/me")
    assert profilefile.parse(profilefile.dump(chosen), "lab.yaml") == chosen


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bento", "OWNER/NAME"),
        ("a/b/c", "OWNER/NAME"),
        ("./debian.box", "Begin the path with / or ~"),
        ("boxes/debian.box", "Begin the path with / or ~"),
        ("/srv/debian.tar.gz", "ends in neither .box nor .json"),
        ("https://example.org/debian", "ends in neither .box nor .json"),
        ("ftp://example.org/debian.box", "http:// or https://"),
        ("file:///srv/debian.box", "http:// or https://"),
        ("~nobody-has-this-name/x.box", "home folder"),
        ("/srv/a\\\\b.box", "backslashes"),
        ("https://me:c4nary@example.org/x.box", "contains a password"),
        ("https://example.org/x.box?token=c4nary", "contains a secret (token)"),
    ],
)
def test_what_is_no_box_is_refused_with_what_to_write(text: str, words: str) -> None:
    with pytest.raises(ProfileError) as caught:
        loaded(f'box: "{text}"')
    assert words in str(caught.value)
    assert "lab.yaml:1" in str(caught.value)
    assert "c4nary" not in str(caught.value)
    if "c4nary" in text:
        assert "c4nary" not in redact("curl said c4nary")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (f"box_sha256: {SUM}", "box_sha256"),
        (f"box: a/b, box_sha256: {SUM}", "box_sha256"),
        (f"box: /a/b.json, box_sha256: {SUM}", "box_sha256"),
        (f'box: /a/b.box, box_sha256: {SUM}, box_version: "1"', "box_version"),
        (f"by_name: {{kubnode1: {{box: a/b, box_sha256: {SUM}}}}}", "by_name.kubnode1.box_sha256"),
        ("by_name: {kubnode1: {box: /a/b.json}}", "by_name.kubnode1.box"),
    ],
)
def test_a_checksum_belongs_to_a_file_and_a_version_does_not(text: str, path: str) -> None:
    with pytest.raises(ProfileError, match=re.escape(f"machines.{path}")):
        loaded(text)
    assert not check(loaded(f"box: /a/b.box, box_sha256: {SUM}"))


@pytest.mark.parametrize("wrong", [SUM.upper(), SUM[:-1], f"{SUM}0", "x" * 64])
def test_a_checksum_is_64_small_hexadecimal_digits(wrong: str) -> None:
    with pytest.raises(ProfileError, match=r"machines\.box_sha256"):
        loaded(f'box: /a/b.box, box_sha256: "{wrong}"')


def test_the_name_of_a_file_follows_from_its_place_and_checksum() -> None:
    first = vagrant_box(parse_box("/srv/Debian 13 (mine).box"), SUM)
    assert first.name.startswith("kubetui-fetched/Debian-13-mine-")
    assert first.settings == {"box_url": "file:///srv/Debian%2013%20%28mine%29.box", "box_sha256": SUM}
    assert vagrant_box(parse_box("/srv/Debian 13 (mine).box"), SUM) == first
    others = [
        vagrant_box(parse_box("/srv/Debian 13 (mine).box"), OTHER),
        vagrant_box(parse_box("/srv/Debian 13 (mine).box")),
        vagrant_box(parse_box("/srv/Debian 13 (mine).box"), stamp="2"),
        vagrant_box(parse_box("/mnt/Debian 13 (mine).box"), SUM),
    ]
    assert len({first.name, *(other.name for other in others)}) == 5


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\\"), min_size=1, max_size=60))
@example("://")
def test_any_file_name_gives_a_name_that_vagrant_takes(stem: str) -> None:
    name = vagrant_box(parse_box(f"/srv/{stem}.box")).name
    assert parse_box(name).kind is BoxKind.CATALOGUE


def test_the_login_of_a_box_is_asked_for_like_a_mirrors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    wanted = profile(machines={"box": URL})
    assert credentials.missing(wanted) == ("https://me@boxes.example.org",)
    credentials.tell("https://me@boxes.example.org", "c4nary")
    assert credentials.missing(wanted) == ()
