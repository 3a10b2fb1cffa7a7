"""The authorities of mirrors.ca: what is taken, what is refused and why, and what a person is told of them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import ValidationError

from kubetui.base.errors import ProfileError
from kubetui.host.checks import authority_check
from kubetui.profile import authorities
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.profile.words import trusted
from tests.certificates import issuer
from tests.profiles import profile

DAY = 86400.0


def naming(path: Path, text: str) -> Profile:
    path.write_text(text)
    return profile(mirrors={"ca": str(path)})


def test_each_certificate_of_a_file_is_an_authority(tmp_path: Path) -> None:
    one, two = issuer("One"), issuer("Two")
    named = naming(tmp_path / "ca.pem", f"who it is\n{one.pem}\r\n{two.pem}")
    found = authorities.read(named)
    assert [each.subject for each in found] == ["CN=One", "CN=Two"]
    assert authorities.pem(found) == f"{one.pem.strip()}\n{two.pem.strip()}"
    assert len(found[0].fingerprint) == 64
    assert authorities.found(named) == found
    assert trusted(Plan(named))[0].startswith(
        f"Machines and kubetui trust CN=One, SHA-256 {found[0].fingerprint}, until"
    )


def test_a_profile_without_the_field_trusts_nobody_else() -> None:
    assert authorities.read(profile()) == ()
    assert trusted(Plan(profile())) == ()
    assert authority_check(profile()) == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has no certificates in PEM"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "has no certificates in PEM"),
        (issuer(signs=False).pem, "may sign no others"),
        (issuer().pem + issuer(signs=False).pem, "may sign no others"),
        (issuer(days=-1, begun=9).pem, "ran out on"),
        (issuer(begun=-2).pem, "holds from"),
        ("#" * (1024 * 1024 + 1), "larger than 1 MiB"),
    ],
    ids=["empty", "broken", "a server's", "one of two", "expired", "early", "large"],
)
def test_what_is_no_authoritys_certificate_of_today_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    named = naming(tmp_path / "ca.pem", text)
    with pytest.raises(ProfileError, match=reason) as caught:
        authorities.read(named)
    assert caught.value.id == "CA-FILE"
    assert str(tmp_path / "ca.pem") in caught.value.message
    assert caught.value.fix
    assert authorities.found(named) == ()
    assert trusted(Plan(named)) == (caught.value.message,)
    (check,) = authority_check(named)
    assert check.status == "failed"


def test_der_is_refused_with_how_to_convert_it(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_bytes(issuer().certificate.public_bytes(Encoding.DER))
    with pytest.raises(ProfileError) as caught:
        authorities.read(profile(mirrors={"ca": str(tmp_path / "ca.crt")}))
    assert "openssl x509 -inform der" in caught.value.fix


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="No such file"):
        authorities.read(profile(mirrors={"ca": str(tmp_path / "nothing.pem")}))
    with pytest.raises(ProfileError, match="Is a directory"):
        authorities.read(profile(mirrors={"ca": str(tmp_path)}))


def test_one_that_runs_out_within_a_month_is_a_warning(tmp_path: Path) -> None:
    named = naming(tmp_path / "ca.pem", issuer("Long", days=90).pem + issuer("Short", days=20).pem)
    (check,) = authority_check(named)
    assert check.status == "warning"
    assert "CN=Short on" in check.message
    assert "CN=Long" not in check.message
    (check,) = authority_check(naming(tmp_path / "ca.pem", issuer(days=90).pem))
    assert (check.status, check.message) == ("ok", "1 authority: CN=Example authority")


def test_the_given_time_decides(tmp_path: Path) -> None:
    named = naming(tmp_path / "ca.pem", issuer(days=90).pem)
    with pytest.raises(ProfileError, match="ran out"):
        authorities.read(named, time.time() + 91 * DAY)


def test_the_path_means_the_same_in_every_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert profile(mirrors={"ca": "~/company.pem"}).mirrors.ca == "/home/me/company.pem"
    for text in ("company.pem", "", "./company.pem", "/a\nb"):
        with pytest.raises(ValidationError):
            profile(mirrors={"ca": text})


def test_a_rehearsal_says_that_its_machines_fetch_nothing(tmp_path: Path) -> None:
    named = naming(tmp_path / "ca.pem", issuer().pem).model_copy(update={"provider": "rehearsal"})
    (said,) = trusted(Plan(named))
    assert said.startswith("A rehearsal's machines fetch nothing")
