"""Images from a mirror: verified, kept, fetched anew when they change, refused when nothing vouches for them."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import pytest

from kubetui.base.errors import KubetuiError, UsageError
from kubetui.operations.boxes.cloud import images
from kubetui.operations.boxes.cloud.images import Image
from kubetui.software.images import OFFICIAL, Source
from tests.operations.boxes.cloud.conftest import IMAGE, Signer, put_image, system, tree
from tests.serving import QUICK, Site


async def get(site: Site, fingerprint: str | None, source: Source = OFFICIAL) -> Image:
    files = source.of(system(site, fingerprint).files["amd64"])
    digest = await images.expected(files, source, QUICK)
    return await images.fetch(files, digest, lambda _have, _total: None, QUICK)


async def test_an_image_is_verified_and_kept_for_the_next_box(site: Site, signer: Signer, cache: Path) -> None:
    image = await get(site, signer.fingerprint)
    assert image.file.read_bytes() == IMAGE
    assert image.virtual_size == 3 * 2**30
    assert site.fetched == ["SHA256SUMS", "SHA256SUMS.gpg", "signing-key.asc", "image.qcow2"]
    await get(site, signer.fingerprint)
    assert site.fetched.count("image.qcow2") == 1
    assert tree(cache) == ["images", f"images/{image.file.name}"]


async def test_a_kept_image_that_was_damaged_is_fetched_again(site: Site, signer: Signer) -> None:
    image = await get(site, signer.fingerprint)
    image.file.write_bytes(IMAGE[:-1])
    assert (await get(site, signer.fingerprint)).file.read_bytes() == IMAGE


async def test_a_newer_image_replaces_the_kept_one(site: Site, signer: Signer, cache: Path) -> None:
    await get(site, signer.fingerprint)
    put_image(site, signer, IMAGE + b"newer")
    image = await get(site, signer.fingerprint)
    assert image.file.read_bytes() == IMAGE + b"newer"
    assert tree(cache) == ["images", f"images/{image.file.name}"]


async def test_nothing_is_downloaded_before_the_signature_is_verified(
    site: Site, stranger: Signer, cache: Path
) -> None:
    with pytest.raises(KubetuiError) as caught:
        await get(site, stranger.fingerprint)
    assert caught.value.id == "IMAGE-KEY"
    assert "image.qcow2" not in site.fetched
    assert tree(cache) == []


async def test_an_image_that_is_not_the_signed_one_leaves_nothing(site: Site, signer: Signer, cache: Path) -> None:
    site.put("image.qcow2", IMAGE[::-1])
    with pytest.raises(KubetuiError) as caught:
        await get(site, signer.fingerprint)
    assert caught.value.id == "IMAGE-CHECKSUM"
    assert tree(cache) == ["images"]


async def test_half_an_image_is_no_image(site: Site, signer: Signer) -> None:
    site.cuts = [10_000, 10_000, 10_000, 1000, 0]  # the first three are the checksums, signature and key
    with pytest.raises(KubetuiError) as caught:
        await get(site, signer.fingerprint)
    assert caught.value.id == "DOWNLOAD"
    assert (await get(site, signer.fingerprint)).file.read_bytes() == IMAGE
    assert site.asked[-1] == ("GET", "/image.qcow2", "bytes=1000-")


async def test_unsigned_checksums_count_over_https_alone(site: Site) -> None:
    with pytest.raises(UsageError, match="Nothing vouches"):
        await get(site, None)
    assert site.asked == []


async def test_a_mirrors_own_key_is_taken_by_its_fingerprint(site: Site, signer: Signer) -> None:
    spaced = " ".join(signer.fingerprint[at : at + 4] for at in range(0, 40, 4))
    assert (await get(site, None, Source(site.url.rstrip("/"), spaced))).file.read_bytes() == IMAGE
    with pytest.raises(UsageError, match="not a key's fingerprint"):
        await get(site, None, Source(site.url, signer.fingerprint[-16:]))


async def test_a_given_checksum_replaces_published_ones(site: Site) -> None:
    digest = hashlib.sha256(IMAGE).hexdigest()
    assert (await get(site, None, Source(site.url, sha256=digest.upper()))).file.read_bytes() == IMAGE
    assert site.fetched == ["image.qcow2"]
    with pytest.raises(UsageError, match="not a SHA-256 checksum"):
        await get(site, None, Source(site.url, sha256=digest[:-1]))


async def test_checksums_without_the_image_are_named(site: Site, signer: Signer) -> None:
    sums = b"0" * 64 + b" *other.qcow2\n"
    site.put("SHA256SUMS", sums)
    site.put("SHA256SUMS.gpg", signer.sign(sums))
    with pytest.raises(KubetuiError, match=r"has no checksum of image\.qcow2"):
        await get(site, signer.fingerprint)


@pytest.mark.parametrize(
    "content",
    [b"<html>", IMAGE[4:], struct.pack(">4sIQIIQ", b"QFI\xfb", 3, 512, 10, 16, 2**30) + b"/etc/shadow"],
    ids=["a page", "another format", "a backing file"],
)
async def test_what_is_no_whole_disk_is_refused(site: Site, signer: Signer, cache: Path, content: bytes) -> None:
    put_image(site, signer, content)
    with pytest.raises(KubetuiError) as caught:
        await get(site, signer.fingerprint)
    assert caught.value.id == "IMAGE-FORMAT"
    assert tree(cache) == ["images"]
