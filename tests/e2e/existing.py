"""Existing machines for tests: started by plain Vagrant, and known to kubetui only by their addresses."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.conftest import Lab

VAGRANTFILE = """
require "json"
machines = JSON.parse(File.read(File.join(__dir__, "machines.json")))
Vagrant.configure("2") do |config|
  config.vm.box_check_update = false
  config.vm.synced_folder ".", "/vagrant", disabled: true
  machines.fetch("addresses").each do |name, address|
    config.vm.define(name) do |node|
      node.vm.box = machines.fetch("box")
      node.vm.network("private_network", ip: address, lxc__bridge_name: "vlxcbr64")
      node.vm.provider("lxc") { |lxc| lxc.container_name = "existing-#{name}" }
    end
  end
end
"""
LOOK = r"""
export LC_ALL=C
dpkg-query --show --showformat='${Package} ${Version} ${Status}\n' 2>/dev/null || rpm --query --all | sort
getenforce 2>/dev/null
apt-mark showhold; apt-mark showauto
systemctl list-unit-files --no-legend --plain | awk '{print $1, $2}' | sort
find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /var/tmp -o -path /var/log \
  -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg \
  -o -path /var/lib/dnf -o -path /var/lib/rpm -o -path /var/lib/systemd -o -path /dev \) -prune \
  -o -printf '%y %m %u %p %l\n' | sort
find /etc -xdev -type f -exec sha256sum {} + | sort
nft list ruleset
ip -brief link | awk '{print $1}' | sed 's/@.*//'; ip route | grep -v dhcp
sysctl net.ipv4.ip_forward; swapon --show
ps -eo comm --no-headers | grep -E 'shim|pause|kube|etcd|flanneld' || true
"""
"""Prints packages, units, files, packet filter, network and kernel state, all of which `destroy` must restore."""


@dataclass(frozen=True)
class Existing:
    """The machines of one Vagrant folder; `lab` provides the commands and their environment."""

    folder: Path
    lab: Lab
    addresses: dict[str, str]

    def start(self, box: str) -> None:
        self.folder.mkdir()
        (self.folder / "Vagrantfile").write_text(VAGRANTFILE)
        (self.folder / "machines.json").write_text(json.dumps({"box": box, "addresses": self.addresses}))
        first, *others = self.addresses
        # the first machine creates the bridge; two machines started without one would race to create it
        self.vagrant("up", first, "--provider=lxc")
        self.vagrant("up", *others, "--provider=lxc")
        for name in self.addresses:
            self.on(name, f"hostnamectl set-hostname {name}")

    def vagrant(self, *words: str) -> None:
        self.lab.run("vagrant", *words, cwd=self.folder)

    def on(self, name: str, script: str) -> str:
        return self.lab.run("lxc-attach", "--name", f"existing-{name}", "--", "bash", "-c", script)

    def look(self) -> dict[str, str]:
        return {name: self.on(name, LOOK) for name in self.addresses}

    def hosts(self, roles: Sequence[str]) -> list[dict[str, Any]]:
        """Return the profile's `hosts` list, with one machine for each role."""
        return [
            {
                "name": name,
                "role": role,
                "address": address,
                "user": "vagrant",
                "key": str(self.folder / ".vagrant" / "machines" / name / "lxc" / "private_key"),
            }
            for (name, address), role in zip(self.addresses.items(), roles, strict=False)
        ]

    def profile(self, name: str, hosts: Sequence[dict[str, Any]], **network: str) -> Lab:
        document = {
            **{key: self.lab.document[key] for key in ("kubernetes", "mirrors")},
            "schema": 1,
            "name": name,
            "provider": "hosts",
            "hosts": list(hosts),
            **({"network": network} if network else {}),
        }
        path = self.folder / f"{name}.yaml"
        path.write_text(yaml.safe_dump(document, sort_keys=False))
        return Lab(name, path, self.lab.state, document)


def try_up(lab: Lab) -> tuple[int, str]:
    """Build a cluster; return the exit code and the combined output."""
    done = subprocess.run(
        lab.words(*lab.command("up", str(lab.profile), "--yes", "--accept-host-keys")),
        env=lab.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
        check=False,
    )
    return done.returncode, done.stdout
