"""The seed: a small disk from which cloud-init makes Vagrant's user at a machine's first boot.

cloud-init's datasource NoCloud takes any disk with the label `cidata` (cloud-init, "NoCloud"). It is a disk of its own,
not a file in the image, so the image stays as the distribution signed it; and a hard disk, not a CD, because both
providers copy a box's hard disks to where the hypervisor may read them.

SSH host keys, machine id and the like are generated in each machine: none of them is in the image, and what cloud-init
has done once is written on the machine's own disk, which is new. So machines may share the seed's instance id.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Final

import yaml
from pycdlib import PyCdlib

_BLOCK: Final = 2**20
"""Disks are a whole number of these bytes."""


def user_data(keys: str) -> str:
    """Return cloud-init's configuration: the user `vagrant` with these public keys, one a line, and nothing else.

    The keys are Vagrant's well-known ones; Vagrant replaces them when a machine first starts.
    """
    config = {
        "users": [
            {
                "name": "vagrant",
                "gecos": "Vagrant",
                "shell": "/bin/bash",
                "sudo": "ALL=(ALL) NOPASSWD:ALL",
                "lock_passwd": True,
                "ssh_authorized_keys": keys.strip().splitlines(),
            }
        ],
        "disable_root": True,
        "ssh_pwauth": False,
        # Vagrant names the machine, and writes its name into /etc/hosts
        "preserve_hostname": True,
        "manage_etc_hosts": False,
        "write_files": [
            {
                # later boots look for no other cloud, which takes minutes where there is none, and touch no network
                "path": "/etc/cloud/cloud.cfg.d/99-kubetui.cfg",
                "content": "datasource_list: [NoCloud, None]\npreserve_hostname: true\nnetwork: {config: disabled}\n",
            }
        ],
    }
    return "#cloud-config\n" + yaml.safe_dump(config, sort_keys=False, width=4096)


def meta_data(instance: str) -> str:
    """Return cloud-init's metadata. `instance` is an id that differs between boxes."""
    return json.dumps({"instance-id": instance}) + "\n"


def write(target: Path, instance: str, keys: str) -> None:
    """Write the seed as an ISO 9660 file system, padded to whole MiB."""
    disk = PyCdlib()
    disk.new(interchange_level=3, joliet=3, rock_ridge="1.09", vol_ident="cidata")
    for plain, name, text in (
        ("/USERDATA.;1", "user-data", user_data(keys)),
        ("/METADATA.;1", "meta-data", meta_data(instance)),
    ):
        data = text.encode()
        disk.add_fp(io.BytesIO(data), len(data), plain, rr_name=name, joliet_path=f"/{name}")
    disk.write(str(target))
    disk.close()
    size = target.stat().st_size
    with target.open("r+b") as file:
        file.truncate(-(-size // _BLOCK) * _BLOCK)
