"""Proxy settings of each program, and the destinations that bypass the proxy."""

from dataclasses import replace

from kubetui.base.redaction import STARS, Secret
from kubetui.profile.credentials import Logins
from kubetui.software.packages.apt import APT
from kubetui.software.packages.dnf import DNF
from kubetui.steps.machine.proxy import packages_configuration
from kubetui.steps.node import proxy
from tests.plans import FULL, MIRRORS, plan


def test_cluster_traffic_bypasses_the_proxy() -> None:
    made = plan(workers=1, mirrors=MIRRORS, network={"pod_cidr": "10.10.0.0/16"})
    assert proxy.exceptions(made) == (
        "localhost",
        "127.0.0.1",
        "192.168.56.0/24",
        "10.10.0.0/16",
        "10.96.0.0/12",
        ".svc",
        ".cluster.local",
        "kubmaster",
        "kubnode1",
        "example.org",
    )
    assert "lab.test" in proxy.exceptions(FULL)


LOGIN = Logins({"http://me@proxy:3128": Secret("p@ss word")})


def test_apt_services_and_curl_get_the_proxy() -> None:
    mirrors = {"http_proxy": "http://me@proxy:3128", "no_proxy": ["example.org"]}
    made = replace(plan(workers=1, mirrors=mirrors), logins=LOGIN)
    apt, environment, curl = (
        packages_configuration(made, APT),
        proxy.environment(made),
        proxy.curl_configuration(made),
    )
    assert isinstance(apt, Secret)
    assert isinstance(environment, Secret)
    assert isinstance(curl, Secret)
    url = "http://me:p%40ss%20word@proxy:3128"
    assert apt.reveal() == f'Acquire::http::Proxy "{url}";\nAcquire::https::Proxy "{url}";'
    lines = environment.reveal().splitlines()
    assert lines[:2] == [f"HTTP_PROXY={url}", f"HTTPS_PROXY={url}"]
    assert lines[2].startswith("NO_PROXY=localhost,127.0.0.1,192.168.56.0/24,")
    assert curl.reveal() == f'proxy = "{url}"\nnoproxy = "localhost,127.0.0.1,example.org"'
    for value in (apt, environment, curl):
        assert value.shown == value.reveal().replace("p%40ss%20word", STARS)


def test_without_a_proxy_no_file_is_written() -> None:
    assert packages_configuration(plan(), APT) == proxy.environment(plan()) == proxy.curl_configuration(plan()) == ""
    made = plan(mirrors={"apt_proxy": "http://cache:3142"})
    assert packages_configuration(made, APT) == (
        'Acquire::http::Proxy "http://cache:3142";\nAcquire::https::Proxy "http://cache:3142";'
    )
    assert proxy.environment(made) == ""


def test_dnf_gets_the_proxy_for_everything_and_not_the_one_for_apt() -> None:
    made = plan(mirrors={"apt_proxy": "http://cache:3142", "http_proxy": "http://proxy:3128"})
    assert packages_configuration(made, DNF) == "http_proxy='http://proxy:3128'\nhttps_proxy='http://proxy:3128'"
    assert packages_configuration(plan(mirrors={"apt_proxy": "http://cache:3142"}), DNF) == ""
