"""Vagrant's command line: arguments and parsers, taken from python-vagrant.

python-vagrant's own calls block, inherit stdin and cannot be cancelled, so here it only builds arguments and
parses output; `base/process.py` runs Vagrant.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kubetui.base.errors import HostError, RunError
from kubetui.base.system import System, install_hint
from kubetui.engine.provider import MachineState
from kubetui.remote.endpoint import Endpoint

# without Vagrant, python-vagrant complains on standard error while it is imported; kubetui reports that itself
logging.getLogger("vagrant").addHandler(logging.NullHandler())
import vagrant  # noqa: E402 - after its logger is silenced

_STATES: Final = {
    "running": MachineState.RUNNING,
    "not_created": MachineState.ABSENT,
    **dict.fromkeys(
        ("poweroff", "saved", "aborted", "stopped", "shutoff", "off", "paused", "suspended", "not_running"),
        MachineState.STOPPED,
    ),
}
_FOREIGN_VARIABLES = (
    "VAGRANT_CWD",
    "VAGRANT_VAGRANTFILE",
    "VAGRANT_DOTFILE_PATH",
    "VAGRANT_LOG",
    "VAGRANT_FORCE_COLOR",
    "VAGRANT_EXPERIMENTAL",
)
"""The caller's variables that would point Vagrant elsewhere or add to its output."""

_STATUS_LINE = re.compile(r"\d+,[^,]+,(state|provider-name),[^,]*")
_SSH_LINE = re.compile(r"\s*(?:==> )?(?P<machine>[^:\s]+): SSH (?P<what>address|username): (?P<value>\S+)")
_OPTION_LINE = re.compile(r"  [A-Z][A-Za-z]+ \S.*")


class _Recorder(vagrant.Vagrant):
    """python-vagrant that records a command's arguments instead of running it."""

    arguments: tuple[str, ...] = ()

    def _call_vagrant_command(self, args: Sequence[str | None]) -> None:
        self.arguments = tuple(arg for arg in args if arg is not None)

    def _run_vagrant_command(self, args: Sequence[str | None]) -> str:
        self._call_vagrant_command(args)
        return ""


def _recorder() -> Any:
    untyped: Any = _Recorder
    return untyped(root="/")


def up_arguments(machine: str, provider: str) -> list[str]:
    """Return the arguments that start one machine; a failed start keeps what exists."""
    recorder = _recorder()
    recorder.up(vm_name=machine, provider=provider)
    return [*recorder.arguments, "--no-destroy-on-error", "--no-install-provider", "--no-tty"]


def reload_arguments(machine: str) -> list[str]:
    """Return the arguments that restart one machine and set up its networks again."""
    recorder = _recorder()
    recorder.reload(vm_name=machine)
    return [*recorder.arguments, "--no-tty"]


def halt_arguments(machine: str) -> list[str]:
    """Return the arguments that shut one machine down: gracefully, or by force once Vagrant's own patience ends."""
    recorder = _recorder()
    recorder.halt(vm_name=machine)
    return [*recorder.arguments, "--no-tty"]


def destroy_arguments(machines: Sequence[str] = (), *, together: bool) -> list[str]:
    """Return the arguments that destroy these machines, or all; `together` is in parallel where the provider can."""
    recorder = _recorder()
    recorder.destroy()
    return [*recorder.arguments, *machines, "--parallel" if together else "--no-parallel", "--no-tty"]


def snapshot_arguments(what: str, machine: str, name: str) -> list[str]:
    """Return the arguments that save, restore or delete one machine's snapshot."""
    return ["snapshot", what, machine, name, "--no-tty"]


def snapshot_list_arguments(machine: str) -> list[str]:
    """Return the arguments that print the names of one machine's snapshots, a line for each."""
    return ["snapshot", "list", machine, "--no-tty"]


def status_arguments() -> list[str]:
    """Return the arguments that print every machine's state; `--no-tty` would undo `--machine-readable`."""
    recorder = _recorder()
    recorder.status()
    return [*recorder.arguments]


def ssh_config_arguments(machines: Sequence[str]) -> list[str]:
    """Return the arguments that print how SSH reaches these machines, which must be running."""
    recorder = _recorder()
    recorder.ssh_config()
    return [*recorder.arguments, *machines, "--no-tty"]


def parse_status(output: Sequence[str]) -> dict[str, MachineState]:
    """Return each machine's state from `vagrant status --machine-readable`; unknown words become UNKNOWN."""
    lines = [line for line in output if _STATUS_LINE.fullmatch(line)]
    found = _recorder()._parse_status("\n".join(lines))  # noqa: SLF001 - python-vagrant has no public parser
    return {status.name: _STATES.get(status.state, MachineState.UNKNOWN) for status in found if status.state}


def parse_ssh_config(output: Sequence[str]) -> dict[str, Endpoint]:
    """Return how SSH reaches each machine from `vagrant ssh-config`; a machine may have several keys."""
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in output:
        if line.startswith("Host "):
            current = sections.setdefault(line.removeprefix("Host ").strip(), [])
        elif _OPTION_LINE.fullmatch(line):
            current.append(line)
    return {name: _endpoint(name, lines) for name, lines in sections.items()}


def has_made(line: str, machine: str) -> bool:
    """Return whether a line of `vagrant up` says that the machine exists and only has to boot.

    By then everything that machines share exists (the box in the provider's storage, libvirt's networks), except a
    bridge.

    >>> has_made("==> kubmaster: Starting container...", "kubmaster")
    True
    """
    return line.startswith(tuple(f"==> {machine}: Starting {what}" for what in ("container", "domain")))


def parse_up(output: Sequence[str], machine: str, key: Path) -> Endpoint | None:
    """Return how SSH reaches a machine, from the output of its start; None when that is incomplete.

    `key` is the file of the key that Vagrant made for the machine; without it, the machine uses another key.
    """
    said = [match for line in output if (match := _SSH_LINE.fullmatch(line)) and match["machine"] == machine]
    found = {match["what"]: match["value"] for match in said}
    host, _, port = found.get("address", "").rpartition(":")
    if not (host and port.isdecimal() and "username" in found and key.is_file()):
        return None
    return Endpoint(host, int(port), found["username"], (key,))


def _endpoint(name: str, lines: list[str]) -> Endpoint:
    text = "\n".join([f"Host {name}", *lines])
    options: dict[str, str] = _recorder()._parse_config(text)  # noqa: SLF001 - as in parse_status
    keys = [line.split(None, 1)[1].strip('"') for line in lines if line.split()[0] == "IdentityFile"]
    try:
        return Endpoint(options["HostName"], int(options["Port"]), options["User"], tuple(map(Path, keys)))
    except (KeyError, ValueError) as error:
        raise RunError(
            f"vagrant ssh-config does not print how to reach {name}: {error}",
            fix="Run it by hand in the cluster's folder to see its output.",
            id="VAGRANT-SSH-CONFIG",
        ) from error


def environment(base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return Vagrant's environment: the caller's without the variables that would point Vagrant elsewhere."""
    kept = {name: value for name, value in base.items() if name not in _FOREIGN_VARIABLES}
    return {**kept, "VAGRANT_CHECKPOINT_DISABLE": "1", "VAGRANT_NO_COLOR": "1"}


def executable(system: System) -> str:
    """Return Vagrant's path. Raises HostError VAGRANT-MISSING with the install command of this system."""
    found = shutil.which("vagrant")
    if found is None:
        raise HostError(
            "Vagrant is not installed on this host.", fix=install_hint("vagrant", system), id="VAGRANT-MISSING"
        )
    return found
