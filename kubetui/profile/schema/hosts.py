"""The profile's entry for an existing machine."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from kubetui.profile.schema.fields import Address, HostName, Name, PackagesName, Part, UserName
from kubetui.profile.schema.nodes import Labels, Taints, labels, taints

JUMP = r"^([A-Za-z_][-A-Za-z0-9_.]{0,31}@)?[A-Za-z0-9][-A-Za-z0-9._]{0,250}(:[0-9]{1,5})?$"


class Host(Part):
    """One existing machine: how SSH reaches it, and its role in the cluster."""

    name: Name = Field(
        title="Name",
        description="The machine's host name, which becomes the node's: small letters, digits, hyphens.",
        examples=["kubnode1"],
    )
    role: Literal["control plane", "worker"] = Field(
        "worker", title="Role", description="control plane or worker. The first control plane runs kubeadm init."
    )
    address: HostName | None = Field(
        None,
        title="Address",
        description="Where SSH reaches it: an address or a name. Not needed with ssh.",
        examples=["192.168.1.11"],
    )
    ssh: HostName | None = Field(
        None,
        title="OpenSSH name",
        description="Its name in your OpenSSH configuration (~/.ssh/config), which then says how it is reached.",
        examples=["lab-node1"],
    )
    user: UserName | None = Field(
        None,
        title="User",
        description="Who SSH logs in as: root, or someone whom sudo lets do everything.",
        examples=["me"],
    )
    port: Annotated[int, Field(ge=1, le=65535)] | None = Field(
        None, title="Port", description="Where its SSH server listens, unless at 22.", examples=[2222]
    )
    key: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f]{1,1000}$")] | None = Field(
        None,
        title="Key",
        description="A private key's file. Without it: your agent, and the keys in ~/.ssh.",
        examples=["~/.ssh/lab"],
    )
    node_address: Address | None = Field(
        None,
        title="Node address",
        description="The machine's own address that the other nodes reach it at, unless address is that.",
        examples=["10.0.0.11"],
    )
    jump: Annotated[str, StringConstraints(pattern=JUMP)] | None = Field(
        None,
        title="Jump host",
        description="A host that SSH goes through: USER@HOST:PORT, or its OpenSSH name.",
        examples=["me@gateway.example.org:22"],
    )
    packages: PackagesName | None = Field(
        None,
        title="Packages",
        description="The package manager of this machine's system, if it is another one.",
        examples=["apt"],
    )
    labels: Labels = labels("this machine, besides those of its role in machines")
    taints: Taints = taints("this machine, besides those of its role in machines")

    @property
    def internal(self) -> IPv4Address | None:
        """The address that nodes use to talk to each other; None if the profile has none."""
        if self.node_address is not None:
            return self.node_address
        try:
            return IPv4Address(self.address or "")
        except ValueError:
            return None

    @property
    def way(self) -> str:
        """How SSH reaches the machine, in words."""
        direct = f"{self.user}@{self.address}" if self.user else str(self.address)
        parts = [f"ssh {self.ssh}" if self.ssh else direct]
        parts += [f"port {self.port}"] if self.port else []
        parts += [f"key {self.key}"] if self.key else []
        parts += [f"through {self.jump}"] if self.jump else []
        return ", ".join(parts)
