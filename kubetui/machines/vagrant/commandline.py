"""Vagrant's command line: arguments and parsers from python-vagrant, and what it needs around them.

python-vagrant's own calls block, inherit stdin and cannot be cancelled, so here it only says what to run
and reads what was printed; `process.py` runs it.
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

# where Vagrant is missing, python-vagrant says so on standard error as it is imported; kubetui says it in its own words
logging.getLogger("vagrant").addHandler(logging.NullHandler())
import vagrant  # noqa: E402

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
"""Variables of the caller's that would send Vagrant elsewhere, or fill its output."""

_STATUS_LINE = re.compile(r"\d+,[^,]+,(state|provider-name),[^,]*")
_SSH_LINE = re.compile(r"\s*(?:==> )?(?P<machine>[^:\s]+): SSH (?P<what>address|username): (?P<value>\S+)")
_OPTION_LINE = re.compile(r"  [A-Z][A-Za-z]+ \S.*")


class _Recorder(vagrant.Vagrant):
    """python-vagrant, with the running of commands taken out: it keeps the arguments instead."""

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
    """Return the arguments that start one machine; what was made stays when something fails."""
    recorder = _recorder()
    recorder.up(vm_name=machine, provider=provider)
    return [*recorder.arguments, "--no-destroy-on-error", "--no-install-provider", "--no-tty"]


def reload_arguments(machine: str) -> list[str]:
    """Return the arguments that stop one machine and start it again, with its networks set up anew."""
    recorder = _recorder()
    recorder.reload(vm_name=machine)
    return [*recorder.arguments, "--no-tty"]


def destroy_arguments(machines: Sequence[str] = (), *, together: bool) -> list[str]:
    """Return the arguments that destroy these machines, or every one; `together` where the provider can."""
    recorder = _recorder()
    recorder.destroy()
    return [*recorder.arguments, *machines, "--parallel" if together else "--no-parallel", "--no-tty"]


def status_arguments() -> list[str]:
    """Return the arguments that tell every machine's state; `--no-tty` would undo `--machine-readable`."""
    recorder = _recorder()
    recorder.status()
    return [*recorder.arguments]


def ssh_config_arguments(machines: Sequence[str]) -> list[str]:
    """Return the arguments that tell how SSH reaches these machines, which must run."""
    recorder = _recorder()
    recorder.ssh_config()
    return [*recorder.arguments, *machines, "--no-tty"]


def parse_status(output: Sequence[str]) -> dict[str, MachineState]:
    """Return each machine's state from `vagrant status --machine-readable`; unknown words become UNKNOWN."""
    lines = [line for line in output if _STATUS_LINE.fullmatch(line)]
    found = _recorder()._parse_status("\n".join(lines))  # noqa: SLF001
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
    """Tell whether a line of `vagrant up` says that the machine is made and only has to boot.

    What machines share but a bridge (the box in the provider's storage, libvirt's networks) is there then.

    >>> has_made("==> kubmaster: Starting container...", "kubmaster")
    True
    """
    return line.startswith(tuple(f"==> {machine}: Starting {what}" for what in ("container", "domain")))


def parse_up(output: Sequence[str], machine: str, key: Path) -> Endpoint | None:
    """Return how SSH reaches a machine from what its start printed; None where that is not all there.

    `key` is where Vagrant keeps the key that it made for the machine. One that is not there means another key.
    """
    said = [match for line in output if (match := _SSH_LINE.fullmatch(line)) and match["machine"] == machine]
    found = {match["what"]: match["value"] for match in said}
    host, _, port = found.get("address", "").rpartition(":")
    if not (host and port.isdecimal() and "username" in found and key.is_file()):
        return None
    return Endpoint(host, int(port), found["username"], (key,))


def _endpoint(name: str, lines: list[str]) -> Endpoint:
    options: dict[str, str] = _recorder()._parse_config("\n".join([f"Host {name}", *lines]))  # noqa: SLF001
    keys = [line.split(None, 1)[1].strip('"') for line in lines if line.split()[0] == "IdentityFile"]
    try:
        return Endpoint(options["HostName"], int(options["Port"]), options["User"], tuple(map(Path, keys)))
    except (KeyError, ValueError) as error:
        raise RunError(
            f"vagrant ssh-config does not say how to reach {name}: {error}",
            fix="Run it by hand in the cluster's folder to see what it prints.",
            id="VAGRANT-SSH-CONFIG",
        ) from error


def environment(base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment that Vagrant runs in: the caller's, minus what would send it elsewhere."""
    kept: dict[str, Any] = {name: value for name, value in base.items() if name not in _FOREIGN_VARIABLES}
    return {**kept, "VAGRANT_CHECKPOINT_DISABLE": "1", "VAGRANT_NO_COLOR": "1"}


def executable(system: System) -> str:
    """Return Vagrant's path. Raises HostError VAGRANT-MISSING with the install command of this system."""
    found = shutil.which("vagrant")
    if found is None:
        raise HostError(
            "Vagrant is not installed on this host.", fix=install_hint("vagrant", system), id="VAGRANT-MISSING"
        )
    return found
