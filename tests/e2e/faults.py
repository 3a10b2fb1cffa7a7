"""Fault injection for a lab's machines and servers; every fault is reverted."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.e2e.conftest import Lab
from tests.e2e.running import Strike

HERE = Path(__file__).parent
LOCK = r"""
use Fcntl;
open(my $file, ">>", "/var/lib/dpkg/lock-frontend") or die;
my $lock = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0);
fcntl($file, F_SETLKW, $lock) or die;
sleep 3600;
"""
"""Holds apt's lock the way apt does."""


def lasting(fault: Callable[[], AbstractContextManager[None]], seconds: float) -> Strike:
    """Return a strike that injects a fault and reverts it after the given seconds."""

    def strike() -> None:
        with fault():
            time.sleep(seconds)

    return strike


def noticed(fault: Callable[[], AbstractContextManager[None]], notice: Callable[[], bool]) -> Strike:
    """Return a strike that injects a fault and reverts it once `notice` is true, or after two minutes."""

    def strike() -> None:
        end = time.monotonic() + 120
        with fault():
            while not notice() and time.monotonic() < end:
                time.sleep(0.2)

    return strike


@dataclass(frozen=True)
class Container:
    """A lab's machine, controlled from the host so that no SSH is needed."""

    lab: Lab
    machine: str

    @property
    def name(self) -> str:
        return f"{self.lab.name}-{self.machine}"

    def inside(self, script: str) -> str:
        return self.lab.run("lxc-attach", "--name", self.name, "--", "bash", "-c", script)

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Take down every network link of the machine."""
        told = self.lab.run("lxc-info", "--name", self.name)
        first = re.search(r"^PID:\s+(\d+)", told, re.MULTILINE)
        assert first, told
        links = [*re.findall(r"^Link:\s+(\S+)", told, re.MULTILINE), f"veth1pl{first.group(1)}"]
        for link in links:
            self.lab.run("ip", "link", "set", link, "down")
        yield
        for link in links:
            self.lab.run("ip", "link", "set", link, "up")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Suspend the machine, like closing a laptop's lid."""
        self.lab.run("lxc-freeze", "--name", self.name)
        yield
        self.lab.run("lxc-unfreeze", "--name", self.name)

    @contextmanager
    def off(self) -> Iterator[None]:
        """Cut the machine's power, then start it as a user would."""
        self.lab.run("lxc-stop", "--kill", "--name", self.name)
        yield
        self.lab.run("vagrant", "up", self.machine, cwd=self.lab.folder)

    @contextmanager
    def apt_locked(self) -> Iterator[None]:
        """Hold apt's lock, as an unattended upgrade does."""
        script = "/run/upgrading.pl"
        self.inside(f"printf %s {shlex.quote(LOCK)} >{script}; systemd-run --unit=upgrading perl {script}")
        yield
        self.inside("systemctl stop upgrading")

    @contextmanager
    def port_taken(self, port: int) -> Iterator[None]:
        self.inside(f"systemd-run --unit=taker socat TCP-LISTEN:{port},fork,reuseaddr /dev/null")
        yield
        self.inside("systemctl stop taker")

    @contextmanager
    def kept_from(self, port: int) -> Iterator[None]:
        """Drop the packets that the machine sends to a TCP port."""
        rule = f"OUTPUT -p tcp --dport {port} -j DROP"
        self.inside(f"iptables -I {rule}")
        yield
        self.inside(f"iptables -D {rule}")

    @contextmanager
    def full(self, path: str) -> Iterator[None]:
        """Mount a separate, nearly full disk at a folder; it has room for everything afterwards."""
        self.inside(f"mkdir -p {path} && mount -t tmpfs -o size=400m tmpfs {path} && fallocate -l 390M {path}/filler")
        yield
        # the images alone would fill the small disk, and then the kubelet starts no pod (DiskPressure)
        self.inside(f"rm {path}/filler && mount -o remount,size=4g {path}")


@dataclass(frozen=True)
class Front:
    """A proxy in front of a real server that fails on demand."""

    url: str
    mode: Path

    @contextmanager
    def doing(self, mode: str) -> Iterator[None]:
        self.mode.write_text(mode)
        yield
        self.mode.write_text("ok")


@contextmanager
def front(lab: Lab, real: str, port: int, folder: Path, shown: Path | None = None) -> Iterator[Front]:
    """Run a front for a server, at the same hostname, until the block ends; with a certificate, it answers by TLS."""
    place = f"{urlsplit(real).hostname}:{port}"
    mode = folder / f"front-{port}"
    mode.write_text("ok")
    words = lab.words(sys.executable, str(HERE / "front.py"), place, real, str(mode), *([str(shown)] if shown else []))
    with subprocess.Popen(words, env=lab.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"listening\n"
        yield Front(f"{'https' if shown else 'http'}://{place}", mode)
        process.stdin.close()
