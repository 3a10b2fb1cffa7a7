"""Existing machines under the wizard: host keys are confirmed and sudo's password is asked for before anything runs."""

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
from kubetui.machines.hosts import access
from kubetui.machines.hosts.access import Access, Person, UnknownKey
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from screens.asking.meeting import Keys, Meeting, meet
from screens.asking.waiting import Refused
from screens.cluster import removal
from screens.cluster.removal import destroy
from screens.run.begin import start_run
from screens.widgets.chrome import PlainScreen
from screens.widgets.dialogs import Ask, Confirm
from tests.screens.apps import SIZES, OneScreen, until

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
    """Stands in for machines with unknown keys and a sudo that asks, as `access.greet` meets them."""

    def __init__(self, unknown: Sequence[UnknownKey] = UNKNOWN, *, asks: bool = True) -> None:
        self.unknown, self.asks = unknown, asks
        self.password: Secret | None = None
        self.moved: Collection[str] = ()

    async def greet(self, plan: Plan, host_keys: Path, person: Person, moved: Collection[str]) -> Access:
        del host_keys
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


async def test_keys_are_confirmed_and_the_password_is_asked_for_once(hosts: Hosts) -> None:
    found: list[Access | None] = []
    async with OneScreen(PlainScreen).run_test(size=(80, 24)) as pilot:
        meet(pilot.app, Plan(PROFILE), found.append)
        await until(pilot, lambda: is_shown(pilot, Keys))
        # Enter alone vouches for nothing
        await pilot.press("enter")
        assert is_shown(pilot, Keys)
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
async def test_who_says_no_leaves_the_machines_as_they_are(hosts: Hosts, keys: tuple[str, ...]) -> None:
    del hosts
    found: list[Access | None] = []
    async with OneScreen(PlainScreen).run_test(size=(80, 24)) as pilot:
        meet(pilot.app, Plan(PROFILE), found.append)
        await until(pilot, lambda: is_shown(pilot, Keys))
        for each in keys:
            await pilot.press(each)
            await until(pilot, lambda: is_shown(pilot, Ask))
        await pilot.press("escape")
        await until(pilot, lambda: is_shown(pilot, Refused))
        await pilot.press("escape")
        await until(pilot, lambda: is_shown(pilot, PlainScreen))
    assert not found


async def test_machines_that_kubetui_makes_are_not_met(hosts: Hosts) -> None:
    del hosts
    found: list[Access | None] = []
    async with OneScreen(PlainScreen).run_test(size=(80, 24)) as pilot:
        meet(pilot.app, Plan(Profile()), found.append)
        assert found == [None]


async def test_destroying_names_the_hosts_and_meets_them(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts.unknown = ()
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(PROFILE))
    shown: list[tuple[str, Access | None]] = []
    monkeypatch.setattr(removal, "DestroyScreen", lambda name, met=None: shown.append((name, met)))
    async with OneScreen(PlainScreen).run_test(size=(80, 24)) as pilot:
        destroy(pilot.app, "lab", lambda _screen: None)
        await until(pilot, lambda: is_shown(pilot, Confirm))
        words = str(pilot.app.screen.query("Static").first().render())
        assert "kubeadm reset on kubmaster, kubnode1" in words
        assert "Your machines stay" in words
        await pilot.press(*"lab", "enter")
        await until(pilot, lambda: is_shown(pilot, Ask))
        await pilot.press(*TYPED, "enter")
        await until(pilot, lambda: shown)
    ((name, met),) = shown
    assert name == "lab"
    assert met is not None
    assert met.password == Secret(TYPED)


async def test_leaving_while_they_are_met_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def for_ever(*_given: object) -> Access:
        await asyncio.sleep(3600)
        raise KubetuiError("never")

    monkeypatch.setattr(access, "greet", for_ever)
    found: list[Access | None] = []
    async with OneScreen(PlainScreen).run_test(size=(80, 24)) as pilot:
        meet(pilot.app, Plan(PROFILE), found.append)
        await until(pilot, lambda: is_shown(pilot, Meeting))
        await pilot.press("escape")
        await until(pilot, lambda: is_shown(pilot, PlainScreen))
    assert not found


async def test_a_run_gets_what_was_said(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts.unknown = ()
    given: list[Access | None] = []

    class Shown(PlainScreen):
        def __init__(self, profile: Profile, *, begin: Any) -> None:
            super().__init__()
            given.append(begin(profile).runner.keywords["access"])

    monkeypatch.setattr("screens.run.screen.RunScreen", Shown)
    async with OneScreen(PlainScreen).run_test(size=(80, 24)) as pilot:
        start_run(pilot.app, Plan(PROFILE))
        await until(pilot, lambda: is_shown(pilot, Ask))
        await pilot.press(*TYPED, "enter")
        await until(pilot, lambda: is_shown(pilot, Shown))
    assert given[0] is not None
    assert given[0].password == Secret(TYPED)


async def test_machines_at_another_place_are_met_for_the_first_time(hosts: Hosts) -> None:
    cluster = Cluster("lab")
    cluster.create()
    elsewhere = PROFILE.hosts[1].model_copy(update={"address": "192.168.1.12"})
    cluster.profile.write_text(profilefile.dump(PROFILE.model_copy(update={"hosts": (PROFILE.hosts[0], elsewhere)})))
    cluster.journal.write_text('{"n": 1, "at": 1.0, "event": "begin", "task": "kubnode1/facts"}\n')
    async with OneScreen(PlainScreen).run_test(size=(80, 24)) as pilot:
        start_run(pilot.app, Plan(PROFILE))
        await until(pilot, lambda: is_shown(pilot, Keys))
    assert hosts.moved == {"kubnode1"}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("case", ["keys", "password", "refused"])
def test_how_it_looks(snap_compare: Snap, size: tuple[int, int], case: str, hosts: Hosts) -> None:
    del hosts

    async def before(pilot: Pilot[Any]) -> None:
        meet(pilot.app, Plan(PROFILE), lambda _met: None)
        await until(pilot, lambda: is_shown(pilot, Keys))
        if case == "password":
            await pilot.press("y")
            await until(pilot, lambda: is_shown(pilot, Ask))
        if case == "refused":
            await pilot.press("escape")
            await until(pilot, lambda: is_shown(pilot, Refused))

    assert snap_compare(OneScreen(PlainScreen), terminal_size=size, run_before=before)
