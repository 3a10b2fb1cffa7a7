"""Authorities that a process trusts for a while: connections by TLS to a real server on loopback."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubetui.base.errors import KubetuiError, ProfileError
from kubetui.base.net import trust, web
from kubetui.software.upstream import source
from tests.certificates import Issuer, issuer
from tests.serving import QUICK, Site, serving


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def authority() -> Issuer:
    return issuer()


@pytest.fixture
def site(authority: Issuer, tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "server.pem").write_text(authority.signed("127.0.0.1"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    with serving(context) as site:
        site.put("sums", b"abc")
        yield site


async def test_a_download_trusts_an_authority_only_within_the_block(site: Site, authority: Issuer) -> None:
    with trust.trusting(authority.pem):
        assert await web.small(site.url + "sums", QUICK) == b"abc"
        assert source.download(site.url + "sums", "") == b"abc"
    with pytest.raises(KubetuiError, match="nobody whom this computer trusts") as caught:
        await web.small(site.url + "sums", QUICK)
    assert caught.value.id == "CA-UNKNOWN"
    assert "mirrors.ca" in caught.value.fix


async def test_what_one_task_trusts_another_does_not(site: Site, authority: Issuer) -> None:
    async def trustful() -> bytes:
        with trust.trusting(authority.pem):
            await asyncio.sleep(0)
            return await web.small(site.url + "sums", QUICK)

    one, other = await asyncio.gather(trustful(), web.small(site.url + "sums", QUICK), return_exceptions=True)
    assert one == b"abc"
    assert isinstance(other, KubetuiError)


def test_a_manifests_server_that_nobody_vouches_for_is_named(site: Site, authority: Issuer) -> None:
    with trust.trusting(issuer().pem), pytest.raises(ProfileError) as caught:
        source.download(site.url + "manifest", "")
    assert caught.value.id == "CA-UNKNOWN"


def test_the_bundle_for_curl_has_the_systems_authorities_and_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert trust.bundle() == ""
    (tmp_path / "system.pem").write_text("SYSTEM\n\n")
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path / "system.pem"))
    with trust.trusting("OWN"):
        assert trust.bundle() == "SYSTEM\nOWN\n"
    assert trust.bundle("GIVEN") == "SYSTEM\nGIVEN\n"


def test_without_a_file_of_the_systems_the_bundle_has_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setattr(trust, "_BUNDLES", ("/nowhere/at/all.pem",))
    assert trust.bundle("OWN") == "OWN\n"
