"""The checks of a cluster find what is broken in it, and leave nothing on it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest

from kubetui.base.errors import ExitCode
from tests.e2e.conftest import Lab, Maker
from tests.e2e.faults import Container
from tests.e2e.test_up import planned

pytestmark = pytest.mark.e2e

FIRST, NODE1, NODE2 = "kubmaster", "kubnode1", "kubnode2"
SELECTOR = "app.kubernetes.io/name=kubetui-proof"
Faults = Callable[[Lab], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def lab(make: Maker) -> Lab:
    lab = make("proof")
    lab.up()
    return lab


def on(lab: Lab, machine: str, script: str) -> str:
    """Run a script in a machine, faster than over Vagrant's SSH."""
    return Container(lab, machine).inside(script)


def checked(lab: Lab, code: int) -> dict[str, dict[str, str]]:
    """Check the cluster, expect an exit code, and return the checks by name."""
    done = lab._run(lab.command("check", lab.name, "--json"), check=False, timeout=200)
    assert done.returncode == code, done.stdout + done.stderr
    document = json.loads(done.stdout)
    assert document["ok"] is (code == 0)
    return {check["name"]: check for check in document["checks"]}


def failed(checks: dict[str, dict[str, str]]) -> set[str]:
    return {name for name, check in checks.items() if check["status"] == "failed"}


def left(lab: Lab) -> str:
    """Return what proofs have left on the cluster and in its machines."""
    objects = lab.kubectl("get", "daemonsets,services,pods", "--all-namespaces", f"--selector={SELECTOR}", "-o", "name")
    units = "systemctl list-units --all --plain --no-legend 'kubetui-proof-*'"
    inside = f"{units}; ls -d /run/kubetui-proof-* 2>/dev/null || true"
    return objects + "".join(on(lab, machine, inside) for machine in planned(lab))


@contextmanager
def cut_link(lab: Lab) -> Iterator[None]:
    """Drop what one node's pods send to another node's."""
    rule = f"INPUT --protocol udp --dport 8472 --source {planned(lab)[NODE2]} --jump DROP"
    on(lab, NODE1, f"iptables -I {rule}")
    yield
    on(lab, NODE1, f"iptables -D {rule}")


@contextmanager
def wrong_route(lab: Lab) -> Iterator[None]:
    """Send what is for a node's pods to the machine's gateway."""
    (subnet,) = [node["spec"]["podCIDR"] for node in lab.objects("nodes") if node["metadata"]["name"] == NODE1]
    before = on(lab, FIRST, f"ip -4 route show {subnet}").strip()
    on(lab, FIRST, f"ip route replace {subnet} $(ip -4 route show default | head -n 1 | cut -d ' ' -f 2-5)")
    yield
    on(lab, FIRST, f"ip route replace {before}")


@contextmanager
def stopped_dns(lab: Lab) -> Iterator[None]:
    scale = ("scale", "deployment", "coredns", "--namespace=kube-system")
    lab.kubectl(*scale, "--replicas=0")
    lab.kubectl(
        "wait", "--for=delete", "pod", "--selector=k8s-app=kube-dns", "--namespace=kube-system", "--timeout=60s"
    )
    yield
    lab.kubectl(*scale, "--replicas=2")


@contextmanager
def blocked_port(lab: Lab) -> Iterator[None]:
    rule = "PREROUTING --protocol tcp --dport 30000:32767 --jump DROP"
    on(lab, NODE2, f"iptables --table raw -I {rule}")
    yield
    on(lab, NODE2, f"iptables --table raw -D {rule}")


@contextmanager
def crash_loop(lab: Lab) -> Iterator[None]:
    lab.kubectl("create", "namespace", "shop")
    lab.kubectl("run", "web", "--namespace=shop", "--image=busybox:stable", "--command", "--", "false")
    path = "jsonpath={.status.containerStatuses[0].restartCount}"
    end = time.monotonic() + 60
    while lab.kubectl("get", "pod", "web", "--namespace=shop", "-o", path) in {"", "0"}:
        assert time.monotonic() < end, "the pod never restarts"
        time.sleep(0.5)
    yield
    lab.kubectl("delete", "namespace", "shop", "--wait=false")


FAULTS: dict[str, tuple[Faults, str, str, str]] = {
    "cut link": (cut_link, "pod-to-pod", f"{NODE1} to {NODE2}", "UDP port 8472"),
    "wrong route": (
        wrong_route,
        "pod-to-pod",
        f"{FIRST} to {NODE1}",
        f"route on {FIRST} to the pods of {NODE1} is wrong",
    ),
    "blocked port": (blocked_port, "nodeport", f"{NODE2}: ", "TCP ports 30000-32767"),
    "crash loop": (crash_loop, "trouble", "shop/web", "kubectl --namespace=shop logs web --previous"),
    "stopped DNS": (stopped_dns, "dns", "CoreDNS does not run", "scale deployment coredns"),
}
"""Each fault, the check that finds it, what the check names, and what it advises.

CoreDNS is the last one: it needs a while to start again.
"""


def test_a_new_cluster_passes_every_check(lab: Lab) -> None:
    said = lab.up()
    assert "nothing changed" in said
    checks = checked(lab, ExitCode.OK)
    assert {check["status"] for check in checks.values()} == {"ok"}, checks
    assert all(f"ok          {name}: " in said for name in checks), said
    assert left(lab) == ""


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named_with_its_advice(lab: Lab, fault: str) -> None:
    breaks, name, what, advice = FAULTS[fault]
    with breaks(lab):
        checks = checked(lab, ExitCode.UNHEALTHY)
    assert name in failed(checks), checks
    assert what in checks[name]["message"]
    assert advice in checks[name]["fix"]
    # a broken way to CoreDNS may take names and services with it; nothing else is blamed
    assert failed(checks) <= {name, *({"dns", "service"} if name == "pod-to-pod" else ())}, checks
    assert left(lab) == ""


def test_no_fault_hides_another(lab: Lab) -> None:
    with ExitStack() as faults:
        for breaks, *_ in FAULTS.values():
            faults.enter_context(breaks(lab))
        checks = checked(lab, ExitCode.UNHEALTHY)
    for name, what in ((name, what) for _, name, what, _ in FAULTS.values()):
        assert what in checks[name]["message"], checks
    assert left(lab) == ""


def killed(lab: Lab) -> None:
    """Start a check, and kill it as soon as its pods exist."""
    words = lab.words(*lab.command("check", lab.name))
    with subprocess.Popen(words, env=lab.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        end = time.monotonic() + 60
        while not lab.kubectl("get", "pods", "--namespace=kube-system", f"--selector={SELECTOR}", "-o", "name"):
            assert time.monotonic() < end, "no pod of the check appears"
        os.kill(lab.pid, signal.SIGKILL)
    assert left(lab)


def test_what_a_killed_check_leaves_removes_itself_or_goes_with_the_next(lab: Lab) -> None:
    killed(lab)
    # the timer would do this in five minutes
    on(
        lab,
        FIRST,
        "for timer in $(systemctl list-units --plain --no-legend 'kubetui-proof-*.timer' | cut -d ' ' -f 1); do "
        'systemctl start "${timer%.timer}.service"; done',
    )
    end = time.monotonic() + 60
    while lab.kubectl(
        "get", "daemonsets,services,pods", "--namespace=kube-system", f"--selector={SELECTOR}", "-o", "name"
    ):
        assert time.monotonic() < end, "the timer's service removes nothing"
        time.sleep(0.5)
    killed(lab)
    lab.kubectl("rollout", "status", "deployment", "coredns", "--namespace=kube-system", "--timeout=120s")
    checked(lab, ExitCode.OK)
    end = time.monotonic() + 30
    while found := left(lab):
        assert time.monotonic() < end, found
        time.sleep(0.5)
