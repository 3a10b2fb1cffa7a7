"""LXC bridges: created, freed of dead veth ends, and removed."""

import subprocess
import sys
from pathlib import Path

import pytest

from kubetui.machines.vagrant.lxc.bridge import dead_ends

SCRIPT = """
import asyncio, os, subprocess
from ipaddress import IPv4Interface
from pathlib import Path
from kubetui.machines.vagrant.lxc.bridge import Bridge

def ip(*words):
    subprocess.run(["ip", *words], check=True)

ip("link", "add", "vlxcbr77", "type", "bridge")
for end in ("veth1pl4999999", f"veth1pl{os.getpid()}"):
    ip("link", "add", end, "type", "veth", "peer", "name", "x" + end[-6:])
    ip("link", "set", end, "master", "vlxcbr77")
bridge = Bridge("vlxcbr77", Path("/"))
address = IPv4Interface("192.0.2.254/24")
print(asyncio.run(bridge.make(address, print)), asyncio.run(bridge.make(address, print)))
subprocess.run(["ip", "-brief", "address", "show", "vlxcbr77"])
asyncio.run(bridge.cut_dead_ends(print))
print(os.listdir("/sys/class/net/vlxcbr77/brif") == [f"veth1pl{os.getpid()}"])
ip("link", "delete", f"veth1pl{os.getpid()}")
asyncio.run(bridge.remove(print))
print(os.path.exists("/sys/class/net/vlxcbr77"))
print(asyncio.run(bridge.make(address, print)), os.listdir("/sys/class/net/vlxcbr77/brif"))
"""


def test_a_veth_end_is_dead_once_its_containers_first_process_has_ended(tmp_path: Path) -> None:
    (tmp_path / "4711").mkdir()
    assert dead_ends(["veth1pl4711", "veth1pl4712", "vethAB12", "eth0", "xveth1pl1"], tmp_path) == ["veth1pl4712"]


def test_a_bridge_is_created_cleaned_and_removed() -> None:
    """Runs in its own network namespace, so that this host's interfaces are out of reach."""
    inside = ["unshare", "--net", "--mount", "sh", "-c", 'mount -t sysfs none /sys && exec "$@"', "sh"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this needs root, for a network namespace")
    done = subprocess.run([*inside, sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    finished = ["ip link set vlxcbr77 up", "ip address add 192.0.2.254/24 dev vlxcbr77", "made the bridge vlxcbr77"]
    address = "vlxcbr77         DOWN           192.0.2.254/24"
    assert [line.rstrip() for line in done.stdout.splitlines()] == [
        *finished,
        "True True",
        address,
        "disconnecting veth1pl4999999 from vlxcbr77: its machine is gone",
        "ip link delete veth1pl4999999",
        "True",
        "removing the bridge vlxcbr77",
        "ip link delete vlxcbr77",
        "False",
        "ip link add name vlxcbr77 type bridge",
        *finished,
        "True []",
    ]
