"""What every screen test needs: folders of its own, and a host that always says the same."""

from pathlib import Path

import pytest

from kubetui.base.check import Check
from kubetui.host.addresses import Route, route_conflicts
from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem
from kubetui.profile.schema.profile import Profile
from screens.host import Host, HostFacts

NOW = 1_790_000_000.0
READY = (
    Check("Vagrant", "ok", "Vagrant 2.4.9"),
    Check("VirtualBox", "ok", "VBoxManage is there"),
    Check("Memory", "ok", "12000 MiB are free of 16000, 6144 are planned"),
    Check("Addresses", "ok", "nothing that this host reaches is in the way"),
)
LACKING = (
    *READY[:1],
    Check("VirtualBox", "failed", "VBoxManage is not on this host.", "Install it: sudo apt-get install -y virtualbox"),
    *READY[2:],
    Check("kubectl", "warning", "kubectl is not on this host.", "Install it: sudo snap install kubectl --classic"),
)


class FakeHost(Host):
    """A host with 16 GiB, 8 CPUs and 212 GiB of disk."""

    def __init__(self, checks: tuple[Check, ...] = READY, routes: tuple[Route, ...] = ()) -> None:
        self._checks = checks
        self._routes = routes

    def builds(self) -> bool:
        return True

    def facts(self) -> HostFacts:
        return HostFacts(16_000, 12_000, 8, 212)

    def problems(self, profile: Profile) -> tuple[Problem, ...]:
        return route_conflicts(profile, self._routes)

    async def checks(self, plan: Plan | None) -> tuple[Check, ...]:
        del plan
        return self._checks

    def now(self) -> float:
        return NOW


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the XDG folders into the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    return tmp_path


@pytest.fixture
def host() -> FakeHost:
    """Return a host that is ready."""
    return FakeHost()


@pytest.fixture
def lacking() -> FakeHost:
    """Return a host without a provider."""
    return FakeHost(LACKING)
