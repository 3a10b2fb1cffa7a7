"""Starting machines: output, order, failures and cancellation."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from kubetui.base.errors import BusyError, HostError, RunError
from kubetui.base.redaction import Secret
from kubetui.engine.provider import MachineState
from kubetui.machines.vagrant import commandline
from kubetui.machines.vagrant.provider import VagrantProvider
from kubetui.profile.credentials import Logins
from kubetui.profile.plan import Plan
from tests.certificates import issuer
from tests.machines.vagrant.standin import STATUS, Fake, drop, plan, record


async def test_a_running_machine_with_an_interrupted_start_is_in_an_unknown_state(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    record(folder, "kubmaster")
    fake.says("status", STATUS)
    fake.says("up", "Interrupted", code=1)
    with pytest.raises(RunError):
        await provider.start(plan().machines[0], drop)
    assert (await provider.states())["kubmaster"] is MachineState.UNKNOWN
    await provider.start(plan().machines[0], drop)
    assert fake.calls[-1] == "reload kubmaster --no-tty"
    assert (await provider.states())["kubmaster"] is MachineState.RUNNING


async def test_start_forwards_output_and_keeps_a_failed_machine(
    folder: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAGRANT_CWD", "/elsewhere")
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    fake.says("up", "==> kubmaster: Importing base box\n==> kubmaster: Machine booted and ready!\n")
    lines: list[str] = []
    await provider.start(plan().machines[0], lines.append)
    arguments = "up kubmaster --provider=virtualbox --no-destroy-on-error --no-install-provider --no-tty"
    printed = ["==> kubmaster: Importing base box", "==> kubmaster: Machine booted and ready!"]
    assert lines == [f"vagrant {arguments}", *printed]
    assert (fake.folder / "calls").read_text() == f"{folder}|unset|{arguments}\n"


async def test_a_failed_start_reports_vagrants_output(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    fake.says("up", "Bringing machine up\nSomething odd happened.\n", code=1)
    with pytest.raises(RunError, match="Something odd happened") as caught:
        await provider.start(plan().machines[0], drop)
    assert caught.value.id == "VAGRANT"
    assert "vagrant up kubmaster --provider=virtualbox" in caught.value.message


async def test_a_start_is_tried_again_while_virtualboxs_service_ends(
    folder: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubetui.machines.vagrant.provider._LOCK_PAUSE", 0.01)
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    ending = "VBoxManage: error: Failed to create the VirtualBox object!"
    fake.says("up", code=1, does=f'[[ $(wc -l <"$here/calls") -ge 3 ]] && exit 0\necho "{ending}"\n')
    lines: list[str] = []
    await provider.start(plan().machines[0], lines.append)
    assert len(fake.calls) == 3
    assert lines.count(ending) == 2
    fake.says("up", ending, code=1)
    with pytest.raises(BusyError, match="service ended just as it was asked"):
        await provider.start(plan().machines[1], drop)
    assert len(fake.calls) == 8


async def test_a_start_that_virtualbox_cut_halfway_is_tried_again_as_a_restart(
    folder: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubetui.machines.vagrant.provider._LOCK_PAUSE", 0.01)
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    made = ".vagrant/machines/kubmaster/virtualbox"
    cut = "VBoxManage: error: The session is not locked (session state: Unlocked)"
    fake.says("up", code=1, does=f'mkdir -p {made}; echo 1 >{made}/id; echo "{cut}"\n')
    fake.says("reload")
    lines: list[str] = []
    await provider.start(plan().machines[0], lines.append)
    assert [call.split()[0] for call in fake.calls] == ["up", "reload"]
    assert "an earlier start of kubmaster was interrupted: restarting it" in lines


MEETS = """
for try in {1..600}; do
  [[ $2 == kubmaster || $(grep -c begin "$here/order") == 3 ]] && break
  sleep 0.1
done
"""
"""Makes every machine but the first wait until all three have begun."""


async def overlap(
    provider: VagrantProvider, fake: Fake, plan_: Plan, *, failing: str = "", does: str = "sleep 0.15\n"
) -> list[str]:
    """Start all machines at once and return the order in which they begin and end."""
    fail = f'[[ $2 == {failing} ]] && {{ echo "end $2" >>"$here/order"; exit 1; }}\n' if failing else ""
    fake.says("up", does=f'echo "begin $2" >>"$here/order"\n{does}{fail}echo "end $2" >>"$here/order"\n')
    await provider.prepare()
    await asyncio.gather(*(provider.start(machine, drop) for machine in plan_.machines), return_exceptions=True)
    return (fake.folder / "order").read_text().splitlines()


async def test_virtualbox_machines_start_one_by_one(folder: Path, fake: Fake) -> None:
    order = await overlap(VagrantProvider(plan(), folder), fake, plan())
    assert [line.split()[0] for line in order] == ["begin", "end"] * 3


async def test_other_providers_start_the_first_machine_alone_and_the_rest_together(folder: Path, fake: Fake) -> None:
    chosen = plan("vmware_desktop")
    order = await overlap(VagrantProvider(chosen, folder), fake, chosen, does=MEETS)
    assert order[:2] == ["begin kubmaster", "end kubmaster"]
    assert [line.split()[0] for line in order[2:]] == ["begin", "begin", "end", "end"]


async def test_after_a_failed_first_start_the_next_starts_alone(folder: Path, fake: Fake) -> None:
    chosen = plan("vmware_desktop")
    order = await overlap(VagrantProvider(chosen, folder), fake, chosen, failing="kubmaster")
    assert [line.split()[0] for line in order] == ["begin", "end"] * 3


async def test_cancelling_a_start_ends_vagrant_and_releases_the_next_start(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    fake.says("up", does='sleep 60 &\necho $! >"$here/child"\nwait\n')
    task = asyncio.create_task(provider.start(plan().machines[0], drop))
    child = fake.folder / "child"
    async with asyncio.timeout(60):
        while not child.exists():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    stat_file = Path(f"/proc/{child.read_text().strip()}/stat")
    assert not stat_file.exists() or ") Z " in stat_file.read_text()  # noqa: ASYNC240
    fake.says("up")
    await provider.start(plan().machines[1], drop)


async def test_a_missing_vagrant_is_reported_with_the_command_that_installs_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError) as caught:
        await provider.start(plan().machines[0], drop)
    assert caught.value.id == "VAGRANT-MISSING"
    assert "Install it" in caught.value.fix


def test_the_callers_variables_do_not_redirect_vagrant() -> None:
    base = {
        "PATH": "/bin",
        "VAGRANT_CWD": "/x",
        "VAGRANT_LOG": "debug",
        "VAGRANT_HOME": "/h",
        "VAGRANT_DOTFILE_PATH": "y",
    }
    assert commandline.environment(base) == {
        "PATH": "/bin",
        "VAGRANT_HOME": "/h",
        "VAGRANT_CHECKPOINT_DISABLE": "1",
        "VAGRANT_NO_COLOR": "1",
    }


def logins_in(folder: Path) -> list[Path]:
    return list(folder.glob("netrc*"))


def holding(folder: Path, text: str) -> list[Path]:
    """Return the files that hold a text."""
    return [path for path in folder.rglob("*") if path.is_file() and text in path.read_text()]


async def test_the_login_of_a_box_reaches_vagrant_in_a_private_file_for_one_start(folder: Path, fake: Fake) -> None:
    password = "c4nary"  # noqa: S105
    url = "https://me@boxes.example.org/debian-13.box"
    wanted = replace(plan(machines={"box": url}), logins=Logins({"boxes.example.org": Secret(password)}))
    provider = VagrantProvider(wanted, folder)
    await provider.prepare()
    fake.says("up", does=f'stat -c %a "$KUBETUI_NETRC" >{folder}/mode; cp "$KUBETUI_NETRC" {folder}/copy')
    await provider.start(wanted.machines[0], drop)
    assert (folder / "mode").read_text() == "600\n"
    copy = folder / "copy"
    assert copy.read_text() == f"machine boxes.example.org login me password {password}\n"
    copy.unlink()
    assert "https://boxes.example.org/debian-13.box" in (folder / "machines.json").read_text()
    assert not holding(folder, password)


async def test_vagrants_curl_trusts_the_systems_authorities_and_the_profiles(
    folder: Path, fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "system.pem").write_text("SYSTEM\n")
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path / "system.pem"))
    authority = issuer()
    (tmp_path / "company.pem").write_text(authority.pem)
    wanted = plan(mirrors={"ca": str(tmp_path / "company.pem")})
    provider = VagrantProvider(wanted, folder)
    await provider.prepare()
    fake.says("up", does=f'cp "$CURL_CA_BUNDLE" {folder}/copy')
    await provider.start(wanted.machines[0], drop)
    assert (folder / "copy").read_text() == f"SYSTEM\n{authority.pem}"


async def test_a_failed_start_leaves_no_login(folder: Path, fake: Fake) -> None:
    wanted = plan(machines={"box": "https://me@boxes.example.org/debian-13.box"})
    provider = VagrantProvider(wanted, folder)
    await provider.prepare()
    fake.says("up", "Something odd happened.\n", code=1)
    with pytest.raises(RunError):
        await provider.start(wanted.machines[0], drop)
    assert not logins_in(folder)


async def test_the_login_that_a_killed_start_left_is_removed(folder: Path, fake: Fake) -> None:
    provider = VagrantProvider(plan(), folder)
    await provider.prepare()
    left = folder / "netrc-kubmaster"
    left.touch()
    await provider.prepare()
    assert not left.exists()
    assert fake.calls == []
