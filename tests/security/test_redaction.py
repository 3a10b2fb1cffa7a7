"""Known secrets become stars: in every form, across every split, in documents, and never only in part."""

import base64
import json
import shlex
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.errors import KubetuiError
from kubetui.base.redaction import (
    STARS,
    Secret,
    Stream,
    redact,
    redact_unseen,
    redacted,
    remember,
    remember_key,
    remember_telling,
    url_password,
)
from kubetui.base.text import LineCutter
from kubetui.profile.schema.fields import Part, Url
from kubetui.profile.schema.profile import Profile
from kubetui.remote.command import Command

PASSWORD = "it's 100% s3cr&t/é\"x"  # noqa: S105
TOKEN = "abcdef.0123456789abcdef"  # noqa: S105
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA6NF8\niallvQVp22WDkTkyrtvp\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    "form",
    [
        str,
        shlex.quote,
        json.dumps,
        lambda text: json.dumps(text, ensure_ascii=False),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: text.replace("%", "%%"),
        lambda text: Command("", {"V": text}).assignments(reveal=True).strip(),
    ],
)
def test_a_secret_is_redacted_in_every_form(form: Callable[[str], str]) -> None:
    Secret(PASSWORD)
    shown = redact(f"before {form(PASSWORD)} after")
    assert "s3cr" not in shown
    assert base64.b64encode(PASSWORD.encode()).decode()[:8] not in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")


def test_a_short_secret_is_not_redacted_inside_words() -> None:
    Secret("abc")
    assert redact("abcdef") == "abcdef"


@given(st.integers(1, len(TOKEN) + 11), st.sampled_from(["", "    ", "\t"]), st.booleans())
def test_a_secret_split_across_two_lines_is_redacted(cut: int, indent: str, known: bool) -> None:  # noqa: FBT001
    value = "s3cr3tpassw0rdx"
    if known:
        remember(value)
    text = f"it is {value if known else TOKEN} now"
    if not known:
        remember(TOKEN)
    secret = value if known else TOKEN
    hide = Stream()
    first, second = text[:cut], indent.expandtabs(4) + text[cut:]
    shown = [hide(first), hide(second)]
    for size in range(4, len(secret) + 1):
        for start in range(len(secret) - size + 1):
            assert secret[start : start + size] not in shown[0]
            assert secret[start : start + size] not in shown[1]


def test_a_secret_split_across_several_lines_is_redacted() -> None:
    secret = base64.b64encode(bytes(range(120))).decode()
    remember(secret)
    hide = Stream()
    lines = ["data:", *(secret[at : at + 32] for at in range(0, len(secret), 32)), "end"]
    shown = [hide(line) for line in lines]
    assert shown == ["data:", *[STARS] * (len(lines) - 2), "end"]


@given(st.lists(st.integers(0, 300), max_size=6))
def test_redaction_ignores_chunk_boundaries(cuts: list[int]) -> None:
    remember("s3cr3tpassw0rdx")
    data = b"one\nthe password is s3cr3tpassw0rdx, and\r\nagain s3cr3tpassw0rdx\n"
    edges = [0, *sorted(cut % len(data) for cut in cuts), len(data)]
    lines, hide = LineCutter(), Stream()
    parts = pairwise(edges)
    shown = [hide(line) for start, end in parts for line in lines.feed(data[start:end])]
    assert shown == ["one", f"the password is {STARS}, and", f"again {STARS}"]


@given(st.integers(0, 70))
def test_no_part_of_a_secret_is_shown_where_a_long_line_is_cut(before: int) -> None:
    secret = "p&ss!w(rd)with*odd#signs"  # noqa: S105
    remember(secret)
    lines = LineCutter(64)
    found = [*lines.feed(b"a " * before + secret.encode() + b" b" * 90 + b"\n"), *lines.close()]
    hide = Stream()
    shown = "\n".join(hide(line) for line in found)
    assert not any(secret[at : at + 4] in shown for at in range(len(secret) - 3))


def test_an_unknown_private_key_is_redacted() -> None:
    hide = Stream()
    shown = [hide(line) for line in ["key:", *PEM.split("\n"), "after"]]
    assert shown[0] == "key:"
    assert shown[-1] == "after"
    assert "MIIE" not in "".join(shown)
    assert "iall" not in "".join(shown)
    assert "MIIE" not in redact(PEM)
    assert "MIIE" not in redact(PEM.replace("\n", "\\n"))


def test_a_kubeconfigs_key_is_redacted() -> None:
    data = base64.b64encode(PEM.encode()).decode()
    text = f"users:\n- name: a\n  user:\n    client-key-data: {data}\n"
    assert data not in redact(text)
    remember_key(text)
    assert data not in redact(f"only {data} here")


def test_each_line_of_a_multiline_secret_is_redacted() -> None:
    Secret(PEM)
    assert redact("a MIIEowIBAAKCAQEA6NF8 b") == f"a {STARS} b"
    assert redact("-----BEGIN CERTIFICATE-----") == "-----BEGIN CERTIFICATE-----"


class _WithUrl(Part):
    url: Url


def test_a_urls_password_is_redacted_once_the_url_is_parsed() -> None:
    with pytest.raises(ValueError, match="a profile holds none"):
        _WithUrl.model_validate({"url": "http://me:p%40ssw0rd@proxy:3128"})
    assert redact("user me, password p@ssw0rd") == f"user me, password {STARS}"
    assert redact("p%40ssw0rd") == STARS
    basic = base64.b64encode(b"me:p@ssw0rd").decode()
    assert redact(f"Proxy-Authorization: Basic {basic}") == f"Proxy-Authorization: Basic {STARS}"


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("http://proxy:3128", ""),
        ("http://me@proxy:3128/", ""),
        ("http://me:pass@proxy", "pass"),
        ("http://me:a/b@c@proxy", "a/b@c"),
        ("http://:pass@proxy", "pass"),
    ],
)
def test_url_password_finds_the_password(url: str, password: str) -> None:
    assert url_password(url) == password


def test_documents_are_redacted_by_text_and_by_key() -> None:
    Secret("hunter2hunter2")
    document = {"a": ["x hunter2hunter2"], "vnc_password": "abc", "b": {"certificateKey": "f" * 64}, "tokenTTL": "24h"}
    assert redacted(document) == {
        "a": [f"x {STARS}"],
        "vnc_password": STARS,
        "b": {"certificateKey": STARS},
        "tokenTTL": "24h",
    }


def test_values_under_secret_sounding_keys_of_a_profile_are_redacted() -> None:
    remember_telling({"libvirt": {"graphics_passwd": "vncs3cret", "cpus": 2}})
    assert redact("-vnc password=vncs3cret") == f"-vnc password={STARS}"
    patches = [{"kind": "InitConfiguration", "certificateKey": "k" * 20}]
    with pytest.raises(ValueError, match="a profile holds none"):
        Profile.model_validate({"kubernetes": {"patches": patches}})
    assert redact("k" * 20) == STARS


def test_an_errors_text_has_no_secret_and_no_control_characters() -> None:
    Secret("hunter2hunter2")
    error = KubetuiError("\x1b]52;c;eA==\x07 hunter2hunter2\nnext\r\x1b[2J", fix=f"use \x9b {TOKEN}")
    text = f"{error}{error.args}{error!r}{error.message}{error.fix}"
    assert "hunter2" not in text
    assert TOKEN not in text
    assert not {"\x1b", "\x07", "\r", "\x9b"} & set(text)
    assert "next" in error.message.split("\n")[1]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("image kube-proxy@sha256:" + "a" * 64, "image kube-proxy@sha256:" + "a" * 64),
        ("bootstrapToken:\n  apiServerEndpoint: here:6443", "bootstrapToken:\n  apiServerEndpoint: here:6443"),
        ("sudo: a password is required", "sudo: a password is required"),
        ("the token is no longer valid", "the token is no longer valid"),
        ("kubeadm token create --ttl=30m --print", "kubeadm token create --ttl=30m --print"),
        ("password=one next", f"password={STARS} next"),
        ('{\\"token\\": \\"one two\\"}', f'{{\\"token\\": \\"{STARS}"}}'),
        ("key " + "0123456789abcdef" * 4, f"key {STARS}"),
    ],
)
def test_redact_unseen_hides_only_what_looks_secret(text: str, left: str) -> None:
    assert redact_unseen(text) == left
