"""What machines that are gone leave on their bridge."""

import subprocess
import sys
from pathlib import Path

import pytest

from kubetui.providers.bridge import dead_ends

SCRIPT = """
import asyncio, os, subprocess
from pathlib import Path
from kubetui.providers.bridge import Bridge

def ip(*words):
    subprocess.run(["ip", *words], check=True)

ip("link", "add", "vlxcbr77", "type", "bridge")
for end in ("veth1pl4999999", f"veth1pl{os.getpid()}"):
    ip("link", "add", end, "type", "veth", "peer", "name", "x" + end[-6:])
    ip("link", "set", end, "master", "vlxcbr77")
bridge = Bridge("vlxcbr77", Path("/"))
asyncio.run(bridge.cut_dead_ends(print))
print(os.listdir("/sys/class/net/vlxcbr77/brif") == [f"veth1pl{os.getpid()}"])
ip("link", "delete", f"veth1pl{os.getpid()}")
asyncio.run(bridge.remove(print))
print(os.path.exists("/sys/class/net/vlxcbr77"))
"""


def test_an_end_is_dead_when_its_machines_first_process_is_no_more(tmp_path: Path) -> None:
    (tmp_path / "4711").mkdir()
    assert dead_ends(["veth1pl4711", "veth1pl4712", "vethAB12", "eth0", "xveth1pl1"], tmp_path) == ["veth1pl4712"]


def test_dead_ends_are_cut_and_the_bridge_goes_with_the_last_one() -> None:
    """In a network of its own, where nothing of this host is."""
    inside = ["unshare", "--net", "--mount", "sh", "-c", 'mount -t sysfs none /sys && exec "$@"', "sh"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this needs root, for a network namespace")
    done = subprocess.run([*inside, sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "disconnecting veth1pl4999999 from vlxcbr77: its machine is gone",
        "True",
        "removing the bridge vlxcbr77",
        "False",
    ]
