"""The preview: the document that an answer changes, with the changed lines marked."""

from typing import Any

import pytest

from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from screens.app import KubetuiApp
from screens.wizard.pages import PageScreen
from screens.wizard.preview import Preview, drawn, preview
from tests.screens.apps import LARGER, SIZE, fill, open_wizard, put, shown
from tests.screens.hosts import FakeHost

WIDEST = (200, 50)
KUBEADM = "kubeadm init --config"


def plan(**parts: Any) -> Plan:
    return Plan(Profile.model_validate(parts))


def changed(found: Preview) -> list[str]:
    return [line for number, line in enumerate(found.lines) if number in found.changed]


def test_memory_is_in_what_the_vagrantfile_reads() -> None:
    found = preview(plan(), plan(machines={"workers": 1, "memory": 4096}), ("machines", "memory"))
    assert found.title == "The Vagrantfile's values (machines.json)"
    assert changed(preview(plan(), plan(machines={"memory": 4096}), ("machines", "memory"))) == ["    memory: 4096"] * 3
    assert found.lines[:14] == (
        "cluster: lab",
        "provider: virtualbox",
        "machines:",
        "- name: kubmaster",
        "  box: bento/ubuntu-24.04",
        "  box_version: null",
        "  address: 192.168.56.101",
        "  network: {}",
        "  settings:",
        "    memory: 4096",
        "    cpus: 2",
        "    linked_clone: true",
        "    check_guest_additions: false",
        "- name: kubnode1",
    )


@pytest.mark.parametrize(
    ("after", "field", "title", "lines"),
    [
        ({"network": {"pod_cidr": "10.10.0.0/16"}}, "network.pod_cidr", KUBEADM, ["  podSubnet: 10.10.0.0/16"]),
        ({"kubernetes": {"version": "1.37.2"}}, "kubernetes.version", KUBEADM, ["kubernetesVersion: v1.37.2"]),
        ({"mirrors": {"image_repository": "r.org"}}, "mirrors.image_repository", KUBEADM, ["imageRepository: r.org"]),
        (
            {"network": {"first_address": "192.168.56.120"}},
            "network.first_address",
            "The network",
            [
                "             ├─ kubmaster  .120  control plane  pods 10.244.0.0/24",
                "             ├─ kubnode1   .121  worker         pods 10.244.1.0/24",
                "             └─ kubnode2   .122  worker         pods 10.244.2.0/24",
            ],
        ),
        ({"name": "team"}, "name", "The Vagrantfile's values (machines.json)", ["cluster: team"]),
    ],
)
def test_each_answer_changes_its_own_lines(after: dict[str, Any], field: str, title: str, lines: list[str]) -> None:
    found = preview(plan(), plan(**after), tuple(field.split(".")))
    assert (found.title, changed(found)) == (title, lines)


def test_an_answer_that_changes_nothing_yet_shows_its_document_unmarked() -> None:
    for field in (("machines", "memory"), ("network", "pod_cidr"), ("network", "first_address")):
        assert preview(plan(), plan(), field).changed == frozenset()


def test_another_document_is_shown_where_the_answer_changes_that_one() -> None:
    found = preview(plan(), plan(machines={"workers": 3}), ("network", "pod_network"))
    assert found.title == "The Vagrantfile's values (machines.json)"


def test_existing_machines_have_no_vagrantfile() -> None:
    hosts = [{"name": "one", "role": "control plane", "address": "10.0.0.1", "user": "me"}]
    found = preview(plan(), plan(provider="hosts", hosts=hosts), ("hosts",))
    assert found.title == "1 control plane that also runs the pods, existing machines (SSH)"
    assert found.lines == ("one: control plane, me@10.0.0.1",)


def test_a_long_document_is_shown_from_just_before_the_change() -> None:
    before = plan(machines={"workers": 40})
    after = plan(machines={"workers": 40, "by_name": {"kubnode30": {"memory": 4096}}})
    text = drawn(preview(before, after, ("machines", "memory")), 12).plain.splitlines()
    assert len(text) == 12
    assert text[5] == "›     memory: 4096"


async def test_a_wide_screen_shows_it_and_a_narrower_one_does_not(host: FakeHost) -> None:
    for size, there in ((SIZE, False), (LARGER, False), (WIDEST, True)):
        async with KubetuiApp(host).run_test(size=size) as pilot:
            await open_wizard(pilot)
            await fill(pilot, "Memory each", "4096")
            place = pilot.app.screen.query_one("#preview")
            assert place.display is there
            if there:
                assert "›     memory: 4096" in shown(pilot, "#preview")
                left, aside = (pilot.app.screen.query_one(name).region for name in ("#left", "#aside"))
                assert left.right <= aside.x
                assert aside.right <= place.region.x
                assert place.region.right <= size[0]


async def test_what_was_there_before_the_field_is_not_marked(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=WIDEST) as pilot:
        await open_wizard(pilot)
        await fill(pilot, "Memory each", "4096")
        await put(pilot, "CPUs each", "4")
        text = shown(pilot, "#preview")
        assert "      memory: 4096" in text
        assert "›     cpus: 4" in text
        screen = pilot.app.screen
        assert isinstance(screen, PageScreen)
