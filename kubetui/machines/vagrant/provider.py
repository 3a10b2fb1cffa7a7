"""The Vagrant provider: one cluster's machines, in a folder that is an ordinary Vagrant project."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from kubetui.base.errors import BusyError
from kubetui.base.process import Finished, run
from kubetui.base.scripts import typed
from kubetui.base.system import this_system
from kubetui.base.text import CommandText, LineSink
from kubetui.engine.provider import MachineState
from kubetui.engine.snapshots import Snapshots
from kubetui.machines.vagrant import commandline, orphans
from kubetui.machines.vagrant.access.checks import require_folders
from kubetui.machines.vagrant.catalogue.web import login_file, trust_file
from kubetui.machines.vagrant.failures import error_of
from kubetui.machines.vagrant.leftovers import Leftovers
from kubetui.machines.vagrant.lxc.bridge import Bridge
from kubetui.machines.vagrant.lxc.shares import end, prefer
from kubetui.machines.vagrant.project import VagrantProject
from kubetui.machines.vagrant.settings import (
    BRIDGE_OPTION,
    bridge_address,
    bridge_name,
    container_name,
    machines_document,
)
from kubetui.machines.vagrant.snapshots.copies import Copies
from kubetui.machines.vagrant.snapshots.own import OwnSnapshots
from kubetui.machines.vagrant.turns import Turns
from kubetui.profile import authorities
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.endpoint import Endpoint

_LOGIN = "netrc-"
"""The beginning of the names of files with a login for one start."""
_LOCK_TRIES = 5
_LOCK_PAUSE = 2.0
"""Seconds between tries while another Vagrant holds a lock, or VirtualBox's service is ending."""
_DISKS: Final = {"KUBETUI_DISKS": "1", "VAGRANT_EXPERIMENTAL": "disks"}
"""What has Vagrant make a machine's extra disks, which it calls experimental (its documentation, Disks)."""
_PASSING: Final = "VBOX-SERVICE"
"""The id of a failure that passes by itself: VirtualBox's service ends some seconds after its last client."""


class VagrantProvider:
    """Creates the machines of `plan` with Vagrant, in the cluster's own `folder`.

    One call of Vagrant, which takes a second, returns the endpoints of all running machines.
    """

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan = plan
        self._folder = folder
        self._project = VagrantProject(folder)
        self._system = this_system()
        self._turns = Turns(plan.provider.starts)
        self._leftovers = Leftovers(folder, plan.profile.name, plan.provider.name)
        self._asking = asyncio.Lock()
        self._endpoints: dict[str, Endpoint] = {}
        self._running: set[str] = set()

    async def prepare(self) -> None:
        """Write the Vagrantfile and machines.json, unless they are up to date.

        Machines that exist but left the plan keep their entry, so that `destroy` finds them.
        Raises ForeignError when the folder has machines of another provider.
        """
        self._project.refuse_others(self._plan.profile.name, self._plan.provider.name)
        for left in self._folder.glob(f"{_LOGIN}*"):
            left.unlink()
        self._project.write(machines_document(self._plan))

    async def states(self, log: LineSink | None = None, /) -> Mapping[str, MachineState]:
        """Return the state of every machine of the plan; runs Vagrant only if it has created any of them.

        A machine that runs after an interrupted start is UNKNOWN: its networks may be missing.
        """
        if log is not None:
            await orphans.wait_for(self._folder, log)
        states = {machine.name: MachineState.ABSENT for machine in self._plan.everyone}
        if any(map(self._project.knows, states)):
            found = commandline.parse_status(await self._read(commandline.status_arguments()))
            states = {name: self._judged(name, found.get(name)) for name in states}
        self._running = {name for name, state in states.items() if state is MachineState.RUNNING}
        return states

    async def start(self, machine: Machine, log: LineSink, /) -> None:
        """Start a machine, creating it if it does not exist; restart it if an earlier start was interrupted.

        Does nothing to a running machine. Raises HostError for a folder that this host lacks, or the error that
        `failures` recognises in Vagrant's output.
        """
        name, (box, _) = machine.name, self._plan.box_of(machine)
        self._endpoints.pop(name, None)
        output: list[str] = []
        async with self._turns.turn() as shared:
            await orphans.wait_for(self._folder, log)
            if name not in self._running:
                require_folders(self._plan)
            arguments = await self._start_arguments(name, log)
            network = await self._network(log)
            making = _DISKS if machine.disks and self._leftovers.new(name) else {}

            def taken(line: str) -> None:
                output.append(line)
                log(line)
                if network and commandline.has_made(line, name):
                    shared()

            with login_file(self._folder / f"{_LOGIN}{name}", box.url, self._plan.logins) as netrc:
                env = {**({"KUBETUI_NETRC": str(netrc)} if netrc else {}), **self._trust(), **making}
                await self._vagrant(arguments, taken, env, again=partial(self._start_arguments, name, log))
            self._leftovers.done(name)
            if self._plan.provider.name == "lxc" and machine.first:
                await prefer(container_name(self._plan.profile.name, name), self._folder, log)
        self._running.add(name)
        # when the start printed the SSH address, no second run of Vagrant is needed
        key = self._project.key(name, self._plan.provider.name)
        if endpoint := commandline.parse_up(output, name, key):
            self._endpoints[name] = endpoint

    def _trust(self) -> dict[str, str]:
        """Return what has Vagrant's curl trust the profile's authorities as it fetches a box."""
        bundle = trust_file(self._folder, authorities.pem(authorities.found(self._plan.profile)))
        return {"CURL_CA_BUNDLE": str(bundle)} if bundle else {}

    async def halt(self, machine: Machine, log: LineSink, /) -> None:
        """Shut a machine down; does nothing to one that is off. Raises what Vagrant failed with."""
        self._endpoints.pop(machine.name, None)
        self._running.discard(machine.name)
        await self._vagrant(commandline.halt_arguments(machine.name), log)

    async def endpoint(self, machine: Machine) -> Endpoint:
        """Return how SSH reaches a running machine; cached until the machine is started again."""
        name = machine.name
        async with self._asking:
            if name not in self._endpoints:
                # this machine first: Vagrant prints its answer before it fails on another machine
                others = sorted(self._running - self._endpoints.keys() - {name})
                self._endpoints |= await self._ask([name, *others])
        return self._endpoints[name]

    async def fresh_endpoint(self, machine: Machine) -> Endpoint:
        """Ask Vagrant again how SSH reaches a machine, ignoring the cached answer."""
        async with self._asking:
            self._endpoints.pop(machine.name, None)
        return await self.endpoint(machine)

    @property
    def snapshots(self) -> Snapshots:
        """What saves and brings back its machines: copies of containers, or the provider's own snapshots."""
        if self._plan.provider.name == "lxc":
            return Copies(self._plan, self._folder, self._system)
        names = [machine.name for machine in self._plan.machines]
        return OwnSnapshots(names, self._folder, self._vagrant, self._read)

    async def destroy(self, log: LineSink, names: Collection[str] | None = None) -> None:
        """Remove these machines or all that the folder knows, even half-made ones, and the bridges that only they used.

        The folder itself stays. Raises HostError VAGRANT-MISSING, or what Vagrant failed with.
        """
        # if some machines stay, an earlier run's Vagrant may be working on one of them: wait, do not interrupt it
        await (orphans.interrupt if names is None else orphans.wait_for)(self._folder, log)
        written = self._project.written()
        machines = written.get("machines", [])
        going = [machine for machine in machines if names is None or machine["name"] in names]
        await self._destroy([machine["name"] for machine in going], log, alone=names is not None)
        if written:
            await self._leftovers.clear(log, names)
        if written.get("provider") == "lxc":
            kept = {machine["network"].get(BRIDGE_OPTION) for machine in machines if machine not in going}
            for bridge in {machine["network"].get(BRIDGE_OPTION) for machine in going} - kept:
                await Bridge(str(bridge), self._folder).remove(log)
            # a machine whose destruction was cut off may have left an end that still answers at its address
            for bridge in kept:
                await Bridge(str(bridge), self._folder).cut_dead_ends(log)
        self._endpoints.clear()
        self._running.clear()

    async def _destroy(self, names: Sequence[str], log: LineSink, *, alone: bool) -> None:
        """Have Vagrant destroy the machines that it knows: all of them, or with `alone` only the named ones."""
        if not any(map(self._project.knows, names)):
            return
        self._project.write_vagrantfile()
        chosen = names if alone else ()
        code = (await self._change(commandline.destroy_arguments(chosen, together=True), log)).code
        # machines destroyed in parallel may both try to remove their shared network, and one fails
        if code and any(map(self._project.knows, names)):
            if self._plan.provider.name == "lxc":
                for name in filter(self._project.knows, names):
                    await end(container_name(self._plan.profile.name, name), self._folder, log)
            await self._vagrant(commandline.destroy_arguments(chosen, together=False), log)

    async def _network(self, log: LineSink) -> bool:
        """Prepare the private network; return whether another machine could start now and find it."""
        name = bridge_name(self._plan)
        if name is None:
            return True
        bridge = Bridge(name, self._folder)
        await bridge.cut_dead_ends(log)
        return await bridge.make(bridge_address(self._plan), log)

    async def _start_arguments(self, name: str, log: LineSink) -> list[str]:
        """Mark the start and return Vagrant's arguments for it."""
        if not self._project.knows(name):
            await self._leftovers.make_way(name, log)
        elif self._leftovers.cut_off(name):
            log(f"an earlier start of {name} was interrupted: restarting it")
            return commandline.reload_arguments(name)
        elif name not in self._running:
            self._leftovers.begin(name)
        return commandline.up_arguments(name, self._plan.provider.name)

    def _judged(self, name: str, state: MachineState | None) -> MachineState:
        if state is None:
            # Vagrant lists what machines.json has; a later plan may have rewritten it after destroying this machine
            return MachineState.UNKNOWN if self._project.knows(name) else MachineState.ABSENT
        half = state is MachineState.RUNNING and self._leftovers.cut_off(name)
        return MachineState.UNKNOWN if half else state

    async def _ask(self, names: Sequence[str]) -> dict[str, Endpoint]:
        arguments = commandline.ssh_config_arguments(names)
        code, output = await self._collect(arguments)
        found = commandline.parse_ssh_config(output)
        if names[0] not in found:
            raise error_of(_shown(arguments), code, output, self._system)
        return found

    async def _read(self, arguments: Sequence[str]) -> list[str]:
        code, output = await self._collect(arguments)
        if code:
            raise error_of(_shown(arguments), code, output, self._system)
        return output

    async def _collect(self, arguments: Sequence[str]) -> tuple[int, list[str]]:
        """Run a query and return its exit code and output; retry while another Vagrant holds a lock."""
        for last in (*(False,) * (_LOCK_TRIES - 1), True):
            output: list[str] = []
            code = (await self._process(arguments, output.append)).code
            if not code or last or not isinstance(error_of("", code, output, self._system), BusyError):
                break
            await asyncio.sleep(_LOCK_PAUSE)
        return code, output

    async def _vagrant(
        self,
        arguments: Sequence[str],
        log: LineSink,
        env: Mapping[str, str] | None = None,
        *,
        again: Callable[[], Awaitable[Sequence[str]]] | None = None,
    ) -> None:
        """Run a command that changes something; again if VirtualBox's service was ending. Raises what it fails with.

        `again` returns the arguments of another try: a start that failed halfway needs others than the first one.
        """
        for last in (*(False,) * (_LOCK_TRIES - 1), True):
            finished = await self._change(arguments, log, env)
            if not finished.code:
                return
            error = error_of(_shown(arguments), finished.code, finished.tail, self._system)
            if last or error.id != _PASSING:
                raise error
            log(f"{error.message} Trying again.")
            await asyncio.sleep(_LOCK_PAUSE)
            arguments = await again() if again else arguments

    async def _change(self, arguments: Sequence[str], log: LineSink, env: Mapping[str, str] | None = None) -> Finished:
        """Run a command that changes something, and tell first how it is called."""
        log(CommandText(typed("vagrant", *arguments)))
        return await self._process(arguments, log, env)

    async def _process(self, arguments: Sequence[str], log: LineSink, env: Mapping[str, str] | None = None) -> Finished:
        program = commandline.executable(self._system)
        whole = {**commandline.environment(), **(env or {})}
        return await run([program, *arguments], cwd=self._folder, env=whole, log=log)


def _shown(arguments: Sequence[str]) -> str:
    """Return the command as a person would type it."""
    return " ".join(["vagrant", *(argument for argument in arguments if argument != "--no-tty")])
