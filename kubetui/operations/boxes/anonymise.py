"""Removes a prepared machine's identity before it becomes a box: keys, ids, names, addresses, logs."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.steps.machine.footprint import repositories

CLEAN: Final = script(__package__, "anonymise.sh")

HOST_KEYS: Final = """[Unit]
Description=Generate SSH host keys on a machine made from a prepared box
Before=ssh.service ssh.socket sshd.service
ConditionPathExistsGlob=!/etc/ssh/ssh_host_*_key

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A

[Install]
WantedBy=multi-user.target"""


def clean_up(plan: Plan, machine: Machine, keys: str) -> Command:
    """Return the command that removes a machine's identity; `keys` are the public keys that let its user in later."""
    values = {
        "USER_NAME": plan.user,
        "KEYS": keys.strip(),
        "HOST_KEYS": HOST_KEYS,
        "REPOSITORIES": repositories(plan),
    }
    return Command(machine.family.library + plan.runtime.leftovers + CLEAN, values)
