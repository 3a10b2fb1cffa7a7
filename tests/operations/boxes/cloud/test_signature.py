"""Signatures by throwaway keys, checked by the real GnuPG."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.errors import HostError, KubetuiError
from kubetui.operations.boxes.cloud.signature import normal, verify
from tests.operations.boxes.cloud.conftest import Signer, tree

SUMS = b"0123  image.qcow2\n"


async def test_a_good_signature_passes_and_touches_no_keyring(
    signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GNUPGHOME", str(tmp_path / "gnupg"))
    await verify(SUMS, signer.sign(SUMS), signer.key, signer.fingerprint, "it")
    assert tree(tmp_path) == []


async def test_checksums_that_were_changed_are_refused(signer: Signer) -> None:
    with pytest.raises(KubetuiError, match="changed after they were signed") as caught:
        await verify(SUMS.replace(b"0", b"1"), signer.sign(SUMS), signer.key, signer.fingerprint, "it")
    assert caught.value.id == "IMAGE-SIGNATURE"


async def test_another_keys_signature_is_refused(signer: Signer, stranger: Signer) -> None:
    with pytest.raises(KubetuiError, match="another key made it") as caught:
        await verify(SUMS, stranger.sign(SUMS), signer.key, signer.fingerprint, "it")
    assert caught.value.id == "IMAGE-SIGNATURE"


async def test_another_key_is_refused(signer: Signer, stranger: Signer) -> None:
    with pytest.raises(KubetuiError, match="not the expected one") as caught:
        await verify(SUMS, stranger.sign(SUMS), stranger.key, signer.fingerprint, "it")
    assert caught.value.id == "IMAGE-KEY"


async def test_a_second_key_in_the_file_does_not_count(signer: Signer, stranger: Signer) -> None:
    both = signer.key + stranger.key
    await verify(SUMS, signer.sign(SUMS), both, signer.fingerprint, "it")
    with pytest.raises(KubetuiError):
        await verify(SUMS, stranger.sign(SUMS), both, signer.fingerprint, "it")


async def test_an_expired_key_is_refused(expired: Signer) -> None:
    with pytest.raises(KubetuiError, match="its key has expired"):
        await verify(SUMS, expired.sign(SUMS), expired.key, expired.fingerprint, "it")


@pytest.mark.parametrize("signature", [b"", b"not a signature", b"\x00" * 100])
async def test_what_is_no_signature_is_refused(signer: Signer, signature: bytes) -> None:
    with pytest.raises(KubetuiError) as caught:
        await verify(SUMS, signature, signer.key, signer.fingerprint, "it")
    assert caught.value.id == "IMAGE-SIGNATURE"


async def test_without_gnupg_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError, match="GnuPG is not installed") as caught:
        await verify(SUMS, b"", b"", "0" * 40, "it")
    assert caught.value.fix


@given(st.integers(0, 16**40 - 1))
def test_fingerprints_are_read_however_they_are_spaced(number: int) -> None:
    digits = f"{number:040X}"
    groups = " ".join(digits[at : at + 4] for at in range(0, 40, 4))
    assert normal(groups) == normal(f"0x{digits.lower()}") == digits


@pytest.mark.parametrize("text", ["", "7DB87C81", "1A5D6C4C7DB87C81", "Z" * 40, "0" * 41])
def test_a_short_key_id_is_no_fingerprint(text: str) -> None:
    assert normal(text) is None
