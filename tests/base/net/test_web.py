"""Requests to a web server: small files, sizes, what is refused, and proxies; from a real server on loopback."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubetui.base.errors import KubetuiError, UsageError
from kubetui.base.net import web
from tests.serving import QUICK, Site, serving

CONTENT = bytes(range(256)) * 4096


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        site.put("image", CONTENT)
        yield site


async def test_other_addresses_than_those_of_the_web_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a web address"):
        await web.small(f"file://{tmp_path}/secret")


async def test_a_redirect_from_https_to_http_is_refused() -> None:
    handler = web._NoDowngrade()
    request = urllib.request.Request("https://example.org/image")
    with pytest.raises(KubetuiError, match="not encrypted"):
        handler.redirect_request(request, None, 302, "Found", {}, "http://example.org/image")


async def test_small_files_are_small_and_sizes_are_asked_for(site: Site) -> None:
    site.put("sums", b"abc")
    site.put("huge", bytes(web.SMALL + 1))
    assert await web.small(site.url + "sums", QUICK) == b"abc"
    assert await web.size(site.url + "image", QUICK) == len(CONTENT)
    with pytest.raises(KubetuiError, match="larger than"):
        await web.small(site.url + "huge", QUICK)
    site.cuts = [1]
    assert await web.small(site.url + "sums", QUICK) == b"abc"
    site.cuts = [1, 1]
    with pytest.raises(KubetuiError, match="ended after 1 of 3 bytes"):
        await web.small(site.url + "sums", QUICK)


async def test_the_environments_proxy_is_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "http://images.invalid/sums"
    site.files[url], site.tags[url] = b"through the proxy", ""
    monkeypatch.setenv("http_proxy", site.url)
    assert await web.small(url, QUICK) == b"through the proxy"
    site.put("sums", b"without")
    monkeypatch.setenv("http_proxy", "http://proxy.invalid:3128")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert await web.small(site.url + "sums", QUICK) == b"without"
