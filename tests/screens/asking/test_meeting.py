"""Existing machines in the wizard: it confirms host keys and asks for sudo's password before anything runs."""

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from kubetui.base.errors import HostError, KubetuiError
from kubetui.base.redaction import Secret
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import RunFinished, Sink, TaskId
from kubetui.engine.stop import Stop
from kubetui.engine.turns import Turns
from kubetui.machines.hosts import access
from kubetui.machines.hosts.access import Access, Person, UnknownKey
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from screens.asking.meeting import Meeting, UnknownKeys, meet
from screens.asking.waiting import Refused
from screens.cluster.doing.removal import confirm_destroy
from screens.run.screen import RunScreen
from screens.widgets.chrome import PlainScreen
from screens.widgets.dialogs import Ask, Confirm
from screens.widgets.navigation import StartRun
from tests.screens.apps import SIZE, OneScreen, until

Snap = Any
PROFILE = Profile.model_validate(
    {
        "provider": "hosts",
        "hosts": [
            {"name": "kubmaster", "role": "control plane", "address": "192.168.1.10", "user": "me"},
            {"name": "kubnode1", "address": "192.168.1.11", "user": "me"},
        ],
    }
)
UNKNOWN = (
    UnknownKey("kubmaster", "ssh-ed25519", "SHA256:Zz1pNn8qVdPZ2gZl9aF0c6qJzX3m1uW0bqk6R8S7T5E"),
    UnknownKey("kubnode1", "ssh-ed25519", "SHA256:aB3xYt7LkQpWm0cVn4RrJ8dEeH2sUuG6iOoZz9fXy1M"),
)
TYPED = "s3cret0ne"


class Hosts:
    """Replaces `access.greet`: machines with unknown host keys and a sudo that needs a password."""

    def __init__(self, unknown: Sequence[UnknownKey] = UNKNOWN, *, asks: bool = True) -> None:
        self.unknown, self.asks = unknown, asks
        self.password: Secret | None = None
        self.moved: Collection[str] = ()

    async def greet(self, plan: Plan, _host_keys: Path, person: Person, moved: Collection[str]) -> Access:
        self.moved = moved
        if self.unknown and not person.accept(self.unknown):
            raise HostError("kubmaster: Its host key is not known here.", fix="Compare it.")
        names = [machine.name for machine in plan.machines]
        if self.asks:
            self.password = person.password(names)
            if self.password is None:
                raise HostError("kubmaster: sudo asks for a password.")
        return Access({}, self.password, frozenset(names))


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> Hosts:
    made = Hosts()
    monkeypatch.setattr(access, "greet", made.greet)
    return made


def is_shown(pilot: Pilot[Any], kind: type) -> bool:
    return isinstance(pilot.app.screen, kind)


async def test_it_confirms_host_keys_and_asks_for_the_password_once(hosts: Hosts) -> None:
    found: list[Access | None] = []
    async with OneScreen(PlainScreen).run_test(size=SIZE) as pilot:
        meet(pilot.app.app, Plan(PROFILE), found.append)
        await until(pilot, lambda: is_shown(pilot, UnknownKeys))
        # Enter accepts nothing
        await pilot.press("enter")
        assert is_shown(pilot, UnknownKeys)
        await pilot.press("y")
        await until(pilot, lambda: is_shown(pilot, Ask))
        assert pilot.app.screen.query_one(Input).password
        await pilot.press("enter")
        assert is_shown(pilot, Ask)
        await pilot.press(*TYPED)
        assert TYPED not in pilot.app.export_screenshot()
        await pilot.press("enter")
        await until(pilot, lambda: found)
        assert is_shown(pilot, PlainScreen)
    assert found[0] is not None
    assert found[0].password is not None
    assert found[0].password.reveal() == TYPED
    assert found[0].asking == {"kubmaster", "kubnode1"}


@pytest.mark.parametrize("keys", [(), ("y",)], ids=["keys", "password"])
async def test_refusing_leaves_the_machines_alone(hosts: Hosts, keys: tuple[str, ...]) -> None:
    found: list[Access | None] = []
    async with OneScreen(PlainScreen).run_test(size=SIZE) as pilot:
        meet(pilot.app.app, Plan(PROFILE), found.append)
        await until(pilot, lambda: is_shown(pilot, UnknownKeys))
        for each in keys:
            await pilot.press(each)
            await until(pilot, lambda: is_shown(pilot, Ask))
        await pilot.press("escape")
        await until(pilot, lambda: is_shown(pilot, Refused))
        await pilot.press("escape")
        await until(pilot, lambda: is_shown(pilot, PlainScreen))
    assert not found


async def test_machines_that_kubetui_creates_need_no_connection(hosts: Hosts) -> None:
    found: list[Access | None] = []
    async with OneScreen(PlainScreen).run_test(size=SIZE) as pilot:
        meet(pilot.app.app, Plan(Profile()), found.append)
        assert found == [None]


async def test_destroying_names_the_hosts_and_connects_to_them(hosts: Hosts) -> None:
    hosts.unknown = ()
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(PROFILE))
    found: list[Access | None] = []
    async with OneScreen(PlainScreen).run_test(size=SIZE) as pilot:
        confirm_destroy(pilot.app.app, "lab", found.append)
        await until(pilot, lambda: is_shown(pilot, Confirm))
        words = str(pilot.app.screen.query("Static").first().render())
        assert "from kubmaster, kubnode1: kubeadm reset" in words
        assert "our machines stay" in words
        await pilot.press(*"lab", "enter")
        await until(pilot, lambda: is_shown(pilot, Ask))
        await pilot.press(*TYPED, "enter")
        await until(pilot, lambda: found)
    assert found[0] is not None
    assert found[0].password == Secret(TYPED)


async def test_escape_while_connecting_cancels(monkeypatch: pytest.MonkeyPatch) -> None:
    async def forever(*_given: object) -> Access:
        await asyncio.sleep(3600)
        raise KubetuiError("never")

    monkeypatch.setattr(access, "greet", forever)
    found: list[Access | None] = []
    async with OneScreen(PlainScreen).run_test(size=SIZE) as pilot:
        meet(pilot.app.app, Plan(PROFILE), found.append)
        await until(pilot, lambda: is_shown(pilot, Meeting))
        await pilot.press("escape")
        await until(pilot, lambda: is_shown(pilot, PlainScreen))
    assert not found


async def test_a_run_gets_the_access(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts.unknown = ()
    given: list[Access | None] = []
    swap = TaskId("swap", PROFILE.hosts[0].name)

    async def up(
        profile: Profile,
        _sink: Sink,
        _stop: Stop,
        *,
        access: Access | None,
        confirmed: object,
        box: object,
        turns: Turns,
    ) -> RunFinished:
        given.append(access)
        assert confirmed == ()
        assert box is None
        assert turns.wants(swap)
        return RunFinished(0.0, profile.name, 0.0, ok=False, changed=0, failed=0, blocked=0, stopped=True)

    monkeypatch.setattr("kubetui.operations.up.up", up)
    async with OneScreen(PlainScreen).run_test(size=SIZE) as pilot:
        pilot.app.screen.post_message(StartRun(Plan(PROFILE), {swap}))
        await until(pilot, lambda: is_shown(pilot, Ask))
        await pilot.press(*TYPED, "enter")
        await until(pilot, lambda: given)
        assert is_shown(pilot, RunScreen)
    assert given[0] is not None
    assert given[0].password == Secret(TYPED)


async def test_machines_at_another_place_are_met_for_the_first_time(hosts: Hosts) -> None:
    cluster = Cluster("lab")
    cluster.create()
    elsewhere = PROFILE.hosts[1].model_copy(update={"address": "192.168.1.12"})
    cluster.profile.write_text(profilefile.dump(PROFILE.model_copy(update={"hosts": (PROFILE.hosts[0], elsewhere)})))
    cluster.journal.write_text('{"n": 1, "at": 1.0, "event": "begin", "task": "kubnode1/facts"}\n')
    async with OneScreen(PlainScreen).run_test(size=(80, 24)) as pilot:
        pilot.app.screen.post_message(StartRun(Plan(PROFILE)))
        await until(pilot, lambda: is_shown(pilot, UnknownKeys))
    assert hosts.moved == {"kubnode1"}


@pytest.mark.parametrize("case", ["keys", "password", "refused"])
def test_how_it_looks(snap_compare: Snap, case: str, hosts: Hosts) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        meet(pilot.app.app, Plan(PROFILE), lambda _met: None)
        await until(pilot, lambda: is_shown(pilot, UnknownKeys))
        if case == "password":
            await pilot.press("y")
            await until(pilot, lambda: is_shown(pilot, Ask))
        if case == "refused":
            await pilot.press("escape")
            await until(pilot, lambda: is_shown(pilot, Refused))

    assert snap_compare(OneScreen(PlainScreen), terminal_size=SIZE, run_before=before)
