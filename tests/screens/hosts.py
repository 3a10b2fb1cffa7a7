"""Hosts that always give the same answers."""

from collections.abc import Mapping, Sequence

from kubetui.base.check import Check
from kubetui.cluster.folder import Cluster
from kubetui.host.addresses import Route, route_conflicts
from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem
from kubetui.profile.schema.kinds import PROVIDERS, ProviderKind
from kubetui.record.overview import recorded
from kubetui.record.state import ClusterState, Facts, state_of
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
    """A host with 16 GiB of memory, 8 CPUs and 212 GiB of free disk; `builds` names the providers that work there."""

    def __init__(
        self,
        checks: tuple[Check, ...] = READY,
        routes: tuple[Route, ...] = (),
        *,
        builds: tuple[str, ...] = ("virtualbox",),
        provided: Mapping[str, tuple[Check, ...]] | None = None,
    ) -> None:
        self._checks = checks
        self._routes = routes
        self._builds = builds
        self._provided = dict(provided or {})

    def makers(self, checks: Sequence[Check] = ()) -> tuple[ProviderKind, ...]:
        return tuple(PROVIDERS[name] for name in self._builds)

    def facts(self) -> HostFacts:
        return HostFacts(16_000, 12_000, 8, 212)

    def problems(self, plan: Plan) -> tuple[Problem, ...]:
        return route_conflicts(plan, self._routes)

    async def providers(self) -> Mapping[str, tuple[Check, ...]]:
        return self._provided

    async def checks(self, plan: Plan | None) -> tuple[Check, ...]:
        return self._checks

    async def look(self, name: str) -> ClusterState:
        """Return what a folder says; a cluster that was built answers, and all its nodes are Ready."""
        found = recorded(Cluster(name))
        assert found.plan
        return state_of(Facts(found, nodes=dict.fromkeys((machine.name for machine in found.plan.machines), True)))

    def now(self) -> float:
        return NOW
