"""A web server with the manifests of other projects, which nobody fetched yet."""

from collections.abc import Iterator

import pytest

from kubetui.software.upstream import source
from tests.software.networks.upstream import CALICO, KUBE_ROUTER, Web, serving


@pytest.fixture
def upstream() -> Iterator[Web]:
    source.download.cache_clear()
    with serving() as web:
        web.files = {"/kube-router.yaml": KUBE_ROUTER, "/calico.yaml": CALICO}
        yield web
    source.download.cache_clear()
