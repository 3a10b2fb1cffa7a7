"""The wizard's answers: what follows from them, and how often that is worked out."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kubetui.operations.plan import plan_text
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.questions.pages import pages
from kubetui.profile.schema.profile import Profile
from screens.app import KubetuiApp
from screens.wizard.draft import Draft
from tests.screens.apps import SIZE, field, open_wizard, put
from tests.screens.hosts import FakeHost
from tests.screens.wizard.existing import HOSTS, LIST


def enter(draft: Draft, **texts: str) -> None:
    """Enter texts by the path of their field, with __ between its parts."""
    by_path = {"__".join(question.path): question for page in pages() for question in page.questions}
    for path, text in texts.items():
        draft.enter(by_path[path], text)


def test_a_draft_keeps_the_last_valid_answer() -> None:
    draft = Draft()
    workers = next(question for question in pages()[0].questions if question.title == "Workers")
    draft.enter(workers, "4")
    draft.enter(workers, "4x")
    look = draft.look()
    assert (draft.text(workers), look.profile.machines.workers, draft.changed) == ("4x", 4, True)
    assert list(look.problems) == [workers.path]


def test_problems_come_from_fields_and_from_rules() -> None:
    draft = Draft()
    assert draft.look().problems == {}
    enter(draft, name="Lab", machines__memory="100", network__pod_cidr="10.96.0.0/16")
    assert draft.look().problems == {
        ("name",): "Lab contains a capital letter, which a name may not. Write lab.",
        ("machines", "memory"): "100 MiB is too little: at least 512 MiB.",
        ("network", "pod_cidr"): "10.96.0.0/16 lies inside the service CIDR 10.96.0.0/12. Try 10.244.0.0/16.",
    }


def test_add_ons_are_entered_in_one_line_and_keep_what_they_have_besides() -> None:
    chosen = Profile.model_validate({"addons": [{"name": "storage", "version": "v0.0.30"}]})
    draft = Draft(chosen, "mine")
    assert (draft.look().profile, draft.changed) == (chosen, False)
    enter(draft, addons="storage version=v0.0.30, metrics")
    assert [(each.name, each.version) for each in draft.look().profile.addons] == [
        ("storage", "v0.0.30"),
        ("metrics", None),
    ]
    enter(draft, addons="storage, metrix")
    assert draft.look().problems == {
        ("addons",): "metrix is not one of: storage, metrics, loadbalancer, registry, vip.",
    }


MARKED = {
    "control_plane": {"labels": {"tier": "control"}, "taints": ["a:PreferNoSchedule"]},
    "worker": {"labels": {"disk": "ssd"}, "taints": ["d=x:NoSchedule"]},
    "by_name": {"kubnode2": {"memory": 4096, "box": "mine/box", "labels": {"disk": "tape"}, "taints": ["d:NoExecute"]}},
}


def test_labels_taints_and_single_machines_pass_through_unharmed() -> None:
    chosen = Profile.model_validate({"machines": MARKED})
    draft = Draft(chosen, "mine")
    assert (draft.look().profile, draft.look().problems, draft.changed) == (chosen, {}, False)
    enter(draft, machines__memory="3000")
    changed = chosen.machines.model_copy(update={"memory": 3000})
    assert draft.look().profile == chosen.model_copy(update={"machines": changed})
    # a machine that is no more is named, and comes back with its differences
    enter(draft, machines__workers="1")
    assert [str(problem) for problem in draft.look().problems.values()] == [
        "No machine is called kubnode2: there are kubmaster, kubnode1. Did you mean kubnode1? Or have more machines."
    ]
    enter(draft, machines__workers="2", machines__memory="2048")
    assert draft.look().profile == chosen
    # existing machines have names of their own
    enter(draft, provider="hosts", hosts=LIST)
    assert draft.look().profile.machines.by_name == {}
    assert not any("by_name" in path for path in draft.look().problems)


SHARED = {
    "ports": [{"host": 8080, "machine": "kubnode1", "to": 30080, "listen": "192.168.1.5"}],
    "folders": [{"host": "/home/me/data", "guest": "/srv/data"}],
    "disks": [{"size": "10 GiB"}],
    "worker": {"disks": []},
    "by_name": {"kubnode2": {"disks": [{"size": 1024}, {"size": 64}]}},
}


def test_ports_folders_and_disks_pass_through_unharmed() -> None:
    chosen = Profile.model_validate({"machines": SHARED})
    draft = Draft(chosen, "mine")
    assert (draft.look().profile, draft.look().problems, draft.changed) == (chosen, {}, False)
    enter(draft, machines__memory="3000")
    changed = chosen.machines.model_copy(update={"memory": 3000})
    assert draft.look().profile == chosen.model_copy(update={"machines": changed})
    # another provider cannot have them, and loses nothing
    enter(draft, provider="lxc", machines__memory="2048")
    assert ("machines", "ports") in draft.look().problems
    enter(draft, provider="virtualbox")
    assert (draft.look().profile, draft.look().problems) == (chosen, {})
    # existing machines are what they are
    enter(draft, provider="hosts", hosts=LIST)
    own = draft.look().profile.machines
    assert (own.ports, own.folders, own.disks, own.by_name) == ((), (), (), {})
    assert not any({"ports", "folders", "disks"} & {*map(str, path)} for path in draft.look().problems)


def test_existing_machines_keep_their_labels_and_taints() -> None:
    hosts = [
        {"name": "one", "role": "control plane", "address": "10.0.0.1", "taints": ["a=b:PreferNoSchedule"]},
        {"name": "two", "address": "10.0.0.2", "labels": {"disk": "ssd", "example.org/zone": ""}},
    ]
    chosen = Profile.model_validate({"provider": "hosts", "hosts": hosts})
    draft = Draft(chosen)
    (question,) = (each for page in pages() for each in page.questions if each.path == ("hosts",))
    lines = draft.text(question)
    assert lines.splitlines() == [
        "one control-plane 10.0.0.1 taints=a=b:PreferNoSchedule",
        "two worker 10.0.0.2 labels=disk=ssd,example.org/zone=",
    ]
    draft.enter(question, f"{lines}\nthree worker 10.0.0.3")
    assert draft.look().profile.hosts[:2] == chosen.hosts
    draft.enter(question, lines)
    assert draft.look().profile == chosen


def test_addresses_beyond_the_last_one_give_no_plan() -> None:
    draft = Draft()
    enter(draft, network__first_address="255.255.255.255")
    assert draft.look().plan is None


def test_answers_that_do_not_apply_are_not_saved_and_come_back() -> None:
    draft = Draft()
    enter(draft, machines__workers="7", provider="hosts", hosts=LIST, network__control_plane_endpoint="10.0.0.9")
    look = draft.look()
    assert (look.profile.machines.workers, len(look.profile.hosts), look.problems) == (2, 3, {})
    enter(draft, provider="virtualbox", network__control_plane_endpoint="")
    look = draft.look()
    assert (look.profile.machines.workers, look.profile.hosts, look.problems) == (7, (), {})
    enter(draft, machines__workers="2", network__pod_network="manifest", network__manifest__path="a.yaml")
    assert draft.look().profile.network.manifest is not None
    enter(draft, network__pod_network="flannel")
    assert draft.look().profile == Profile()
    assert not draft.changed


def test_an_invalid_answer_that_does_not_apply_is_no_problem() -> None:
    draft = Draft()
    enter(draft, machines__workers="many")
    assert list(draft.look().problems) == [("machines", "workers")]
    enter(draft, provider="hosts", hosts="m1 control-plane 10.0.0.1")
    assert draft.look().problems == {}


def test_typed_answers_make_the_same_plan_as_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: net}\n")
    draft = Draft()
    enter(
        draft, provider="hosts", hosts=LIST, network__control_plane_endpoint="10.0.0.9",
        network__pod_network="manifest", network__manifest__path="net.yaml",
    )  # fmt: skip
    profile = draft.look().profile
    assert profile == HOSTS
    saved = profilefile.parse(profilefile.dump(profile), "lab.yaml")
    assert plan_text(Plan(saved)) == plan_text(Plan(HOSTS))


def test_a_saved_draft_is_unchanged() -> None:
    draft = Draft()
    enter(draft, machines__workers="3")
    assert draft.changed
    draft.saved_as("mine")
    assert (draft.source, draft.changed) == ("mine", False)


def count(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how many profiles are validated and how many plans are made from now on."""
    made: Counter[str] = Counter()
    validate, create = Profile.__pydantic_validator__, Plan.__init__

    class Counting:
        def __getattr__(self, name: str) -> Any:
            if name.startswith("validate"):
                made["profiles"] += 1
            return getattr(validate, name)

    def counted(self: Plan, *args: Any, **named: Any) -> None:
        made["plans"] += 1
        create(self, *args, **named)

    monkeypatch.setattr(Profile, "__pydantic_validator__", Counting())
    monkeypatch.setattr(Plan, "__init__", counted)
    return made


@pytest.mark.parametrize(
    ("page", "title", "keys"),
    [
        (0, "Name", [*"team-2", "X", "backspace", "tab"]),
        (0, "Provider", ["right", "right", "left", "tab"]),
        (0, "Workers", ["ctrl+u", *"12", "a", "tab"]),
        (0, "Memory each", ["ctrl+u", *"4096", "tab"]),
        (1, "First address", ["backspace", "backspace", "backspace", *"200", "tab"]),
        (1, "Pod CIDR", ["ctrl+u", *"10.96.0.0/16", "tab", "up"]),
        (1, "Pod network", ["right", "tab"]),
        (2, "Version", ["backspace", "backspace", *"35.1", "tab"]),
        (2, "HTTP proxy", [*"http://proxy:3128", "tab", "tab"]),
    ],
)
async def test_a_key_press_validates_one_profile_and_makes_one_plan(
    page: int, title: str, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with KubetuiApp(FakeHost()).run_test(size=SIZE) as pilot:
        await open_wizard(pilot, page)
        field(pilot, title).control.focus()
        await pilot.pause()
        made = count(monkeypatch)
        for key in keys:
            made.clear()
            await pilot.press(key)
            await pilot.pause()
            assert made["profiles"] <= 1, key
            assert made["plans"] <= 1, key


async def test_a_key_press_in_the_list_of_hosts_does_so_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    async with KubetuiApp(FakeHost()).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        await put(pilot, "Provider", "hosts")
        field(pilot, "Hosts").control.focus()
        await pilot.pause()
        made = count(monkeypatch)
        total: Counter[str] = Counter()
        for key in "m1 control-plane 10.0.0.1":
            made.clear()
            await pilot.press({" ": "space", "-": "minus", ".": "full_stop"}.get(key, key))
            await pilot.pause()
            assert made["profiles"] <= 1, key
            assert made["plans"] <= 1, key
            total += made
        # the count is live: the line became valid, and that made a profile and a plan
        assert total["profiles"] >= 1
        assert total["plans"] >= 1
