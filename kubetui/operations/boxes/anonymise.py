"""What makes a prepared machine one of its own, taken out of it: keys, ids, names, addresses, logs."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script
from kubetui.remote.command import Command

CLEAN: Final = script(__package__, "anonymise.sh")

HOST_KEYS: Final = """[Unit]
Description=SSH host keys of a machine that was made from a prepared box
Before=ssh.service ssh.socket sshd.service
ConditionPathExistsGlob=!/etc/ssh/ssh_host_*_key

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A

[Install]
WantedBy=multi-user.target"""


def clean_up(user: str, keys: str) -> Command:
    """Return the command that takes a machine's identity away. `keys` is what `user` is let in with afterwards."""
    return Command(CLEAN, {"USER_NAME": user, "KEYS": keys.strip(), "HOST_KEYS": HOST_KEYS})
