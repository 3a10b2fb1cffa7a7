"""The proof's scripts in a real bash: what they ask over real sockets, and how they call kubectl and systemd."""

import base64
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from kubetui.steps.cluster.proof import commands, dns
from kubetui.steps.cluster.proof.traffic import Answer, answers_in
from tests.plans import plan
from tests.steps.box import IMAGES, Box
from tests.steps.cluster.proof.standin import reply
from tests.steps.cluster.proof.test_judges import KUBERNETES

MADE = plan(workers=2)
NAME = "kubetui-proof-0123abcd"


@pytest.fixture
def node(box: Box) -> Box:
    """Return a box in which entering a pod's network stays in this host's."""
    box.program("nsenter", 'while [[ $1 == --* || $1 =~ ^[0-9]+$ ]]; do shift; done; exec "$@"')
    box.program("ip", 'echo "$4 via 10.0.0.1 dev eth0 src 10.0.0.2 uid 0"')
    return box


@contextmanager
def tcp(answer: bytes) -> Iterator[int]:
    """Answer every connection on loopback, as a pod's server does."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


@contextmanager
def udp(received: list[bytes]) -> Iterator[int]:
    """Answer one datagram as CoreDNS would."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            data, place = server.recvfrom(512)
            received.append(data)
            server.sendto(base64.b64decode(reply(KUBERNETES)), place)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]


def asked(box: Box, service: int, server: int, targets: dict[str, str], port: int) -> list[Answer]:
    command = commands.ask(1, targets, f"127.0.0.1:{service}", "127.0.0.1", dns.query("kubernetes.default.svc.x"))
    script = command.script.replace("$1/53", f"$1/{server}").replace("SECONDS + 6", "SECONDS + 1")
    done = box.run(replace(command, script=script, values={**command.values, "PORT": str(port)}))
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return sorted(answers_in(done.stdout), key=lambda each: (each.kind, each.target))


def test_a_pod_hears_other_pods_the_service_and_the_name_server(node: Box) -> None:
    received: list[bytes] = []
    with tcp(b"kubnode1\n") as pod, udp(received) as server:
        found = asked(node, pod, server, {"kubnode1": "127.0.0.1", "kubnode2": "127.0.0.2"}, pod)
    assert [(each.kind, each.target) for each in found] == [
        ("dns", "127.0.0.1"),
        ("kernel", "net.ipv4.ip_forward"),
        ("pod", "kubnode1"),
        ("pod", "kubnode2"),
        ("route", "kubnode1"),
        ("route", "kubnode2"),
        ("service", "-"),
    ]
    told = {(each.kind, each.target): each for each in found}
    assert told["pod", "kubnode1"].said == told["service", "-"].said == "kubnode1"
    assert not told["pod", "kubnode2"].ok
    assert "Connection refused" in told["pod", "kubnode2"].trouble
    assert told["route", "kubnode1"].said.startswith("127.0.0.1 via 10.0.0.1 dev eth0")
    assert dns.answer(told["dns", "127.0.0.1"].said) == ("", (KUBERNETES,))
    assert received == [base64.b64decode(dns.query("kubernetes.default.svc.x"))]


def test_silence_is_told_with_its_reason(node: Box) -> None:
    with tcp(b"") as closed, closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as free:
        free.bind(("127.0.0.1", 0))
        unused = free.getsockname()[1]
        free.close()
        found = {each.kind: each for each in asked(node, 1, unused, {"kubnode1": "127.0.0.1"}, closed)}
    assert not found["pod"].ok
    assert found["service"].trouble == "does not answer (Connection refused)"
    assert found["dns"].trouble == "does not answer (Connection refused)"


def test_a_single_node_asks_no_other(node: Box) -> None:
    with tcp(b"kubmaster\n") as pod, udp([]) as server:
        assert {each.kind for each in asked(node, pod, server, {}, pod)} == {"dns", "kernel", "service"}


def test_the_pods_use_the_pause_image_and_remove_themselves(box: Box) -> None:
    box.program("kubeadm", IMAGES)
    box.program("systemd-run")
    box.program("systemctl", "exit 3")
    box.program("kubectl", 'if [[ $1 == apply ]]; then cat >"$TMPDIR/applied"; echo "10.96.7.7 31234"; fi')
    done = box.run(commands.begin(MADE, NAME))
    assert (done.returncode, done.stdout) == (0, "10.96.7.7 31234\n"), done.stderr
    applied = json.loads((box.root / "tmp/applied").read_text())
    daemons, service = applied["items"]
    assert daemons["spec"]["template"]["spec"]["containers"][0]["image"] == "registry.k8s.io/pause:3.10"
    assert {each["metadata"]["labels"]["app.kubernetes.io/managed-by"] for each in (daemons, service)} == {"kubetui"}
    calls = box.called("")
    (timer,) = [call for call in calls if call.startswith("systemd-run")]
    assert f"--on-active={commands.LIFE}" in timer
    assert timer.endswith(f"--selector=app.kubernetes.io/instance={NAME}")
    first = next(call for call in calls if call.startswith("kubectl"))
    assert f"--selector=app.kubernetes.io/name=kubetui-proof,app.kubernetes.io/instance!={NAME}" in first
    # the timer is there before there is anything to remove
    assert calls.index(timer) < next(at for at, call in enumerate(calls) if call.startswith("kubectl apply"))


def test_the_pods_are_listed_once_those_that_are_wanted_run(box: Box) -> None:
    box.program(
        "kubectl",
        f"""case $2 in
  events) printf 'older\\nno room\\n' ;;
  pods)
    [[ -e $TMPDIR/later ]] && phase='Running {NAME}-a 10.244.0.2' || phase='Pending {NAME}-a '
    : >"$TMPDIR/later"
    printf 'pod kubmaster %s\\npod kubnode1 Pending {NAME}-b \\n' "$phase" ;;
esac""",
    )
    done = box.run(commands.pods(NAME, ["kubmaster"]))
    assert done.stdout.splitlines() == [
        f"pod kubmaster Running {NAME}-a 10.244.0.2",
        f"pod kubnode1 Pending {NAME}-b ",
        "said kubnode1 no room",
    ]
    wanted = commands.pods(NAME, ["kubmaster", "kubnode1"])
    assert "said kubnode1" in box.run(replace(wanted, values={**wanted.values, "LIMIT": "0"})).stdout


def test_a_server_is_started_once_in_the_pods_network(node: Box) -> None:
    for program, body in {
        "crictl": 'case $1 in ps) echo c0ffee ;; inspect) echo "$$" ;; esac',
        "systemctl": "[[ $1 != is-active || -e $TMPDIR/runs ]]",
        "systemd-run": ': >"$TMPDIR/runs"',
        "socat": "",
        "ss": 'echo "LISTEN 0 5 0.0.0.0:8080"',
        "grep": 'if [[ $* == *resolv.conf ]]; then printf "nameserver 10.96.0.10\\nsvc.x\\n"; else /bin/grep "$@"; fi',
    }.items():
        node.program(program, body)
    for expected in (1, 0):
        done = node.run(commands.serve(NAME, MADE.machines[1]))
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[1:] == ["nameserver 10.96.0.10", "svc.x"]
        started = node.called("systemd-run")
        assert len(started) == expected
    assert dns.resolver(done.stdout.splitlines()) == dns.Resolver("10.96.0.10", "x")


def test_a_pod_that_never_runs_is_not_waited_for_for_ever(node: Box) -> None:
    node.program("crictl")
    node.program("socat")
    command = commands.serve(NAME, MADE.machines[1])
    done = node.run(replace(command, values={**command.values, "LIMIT": "0"}))
    assert done.returncode == 1
    assert "no container of its pod runs" in done.stderr


def test_the_end_waits_for_the_pods_and_stops_the_timer_last(box: Box) -> None:
    box.program("kubectl")
    assert box.run(commands.end(NAME)).returncode == 0
    delete, stop = box.called("")
    assert "--cascade=foreground" in delete
    assert stop == "systemctl stop kubetui-proof-*.timer"
    box.program("kubectl", "exit 1")
    assert box.run(commands.end(NAME)).returncode == 1
    assert len(box.called("")) == 1
    assert box.run(commands.stop()).returncode == 0
    assert box.called("systemctl") == ["systemctl stop kubetui-proof-*-server.service"]
