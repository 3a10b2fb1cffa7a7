"""Labels and taints: what Kubernetes takes is taken, and what it refuses is explained."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.errors import ProfileError
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.boxes import VagrantBox
from kubetui.profile.schema.nodes import EFFECTS, Taint
from tests.plans import plan
from tests.profiles import machines, profile


def taint(text: str) -> Taint:
    (found,) = machines(worker={"taints": [text]}).machines.worker.taints
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("dedicated=training:NoSchedule", Taint("dedicated", "training", "NoSchedule")),
        ("example.org/gpu:NoExecute", Taint("example.org/gpu", "", "NoExecute")),
        ("gpu=:PreferNoSchedule", Taint("gpu", "", "PreferNoSchedule")),
        (
            "node-role.kubernetes.io/control-plane:NoSchedule",
            Taint("node-role.kubernetes.io/control-plane", "", EFFECTS[0]),
        ),
    ],
)
def test_taints_are_written_as_kubectl_takes_them(text: str, found: Taint) -> None:
    assert taint(text) == found
    assert taint(str(found)) == found


WORD = st.from_regex(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?", fullmatch=True)


@given(WORD, st.just("") | WORD, st.sampled_from(EFFECTS), st.sampled_from(["", "example.org/", "a/"]))
def test_every_valid_taint_is_its_own_text(key: str, value: str, effect: str, domain: str) -> None:
    made = Taint(domain + key, value, effect)
    assert taint(str(made)) == made


LONG = "a" * 64
REFUSED = [
    (
        "worker: {labels: {'a b': x}}",
        "a b is not the name of a label: letters, digits, and between them -, _ and dots.",
    ),
    ("worker: {labels: {-a: x}}", "-a is not the name of a label"),
    (f"worker: {{labels: {{{LONG}: x}}}}", "it has 64 characters, and 63 are the most."),
    ("worker: {labels: {a/b/c: x}}", "a/b before the / is not a domain name"),
    ("worker: {labels: {Example.org/c: x}}", "Example.org before the / is not a domain name"),
    ("worker: {labels: {a: x y}}", "x y is not the value of a label"),
    (
        "worker: {labels: {a: true}}",
        'YAML reads true as true or false, but text is needed.\n  Put it in quotes: "true"',
    ),
    ("worker: {labels: {kubernetes.io/hostname: x}}", "kubernetes.io/hostname is set by the kubelet."),
    ("worker: {labels: {node-role.kubernetes.io/control-plane: ''}}", "is set by kubeadm. Choose another label."),
    ("worker: {labels: {kubernetes.io/zone: x}}", "kubernetes.io is reserved for Kubernetes itself."),
    ("worker: {labels: {app.k8s.io/zone: x}}", "app.k8s.io is reserved for Kubernetes itself."),
    ("worker: {taints: ['gpu']}", "gpu does not say what it does. Write KEY=VALUE:EFFECT, or KEY:EFFECT."),
    ("worker: {taints: ['gpu:NoScedule']}", "NoScedule is not an effect. Did you mean NoSchedule?"),
    ("worker: {taints: ['gpu:']}", "Nothing is not an effect. Known here: NoSchedule"),
    (
        "worker: {taints: ['gpu:NoSchedule-']}",
        "ends in a hyphen, with which kubectl removes a taint. Here, leave it out.",
    ),
    ("worker: {taints: ['=x:NoSchedule']}", "Nothing is not the name of a taint"),
    ("worker: {taints: ['a=x y:NoSchedule']}", "x y is not the value of a taint"),
    ("worker: {taints: ['node.kubernetes.io/not-ready:NoExecute']}", "belongs to the node controller"),
    ("worker: {taints: ['a:NoSchedule', 'a=b:NoSchedule']}", "a is there 2 times with the effect NoSchedule."),
    ("by_name: {kubnode1: {labels: {'a b': x}}}", "a b is not the name of a label"),
    ("by_name: {kubnode1: {memory: 4}}", "4 is too little: at least 512.\n  Memory: MiB of this machine."),
    ("by_name: {kubnode1: {memroy: 4096}}", "This is not a key of machines.by_name.kubnode1.\n  Did you mean memory?"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_kubernetes_would_refuse_is_explained(text: str, message: str) -> None:
    with pytest.raises(ProfileError) as caught:
        profilefile.parse(f"machines: {{{text}}}", "lab.yaml")
    assert message in str(caught.value)
    assert re.match(r"lab\.yaml:1:\d+: machines\.(worker|by_name)\.", str(caught.value))


@pytest.mark.parametrize(
    "key",
    [
        "disk",
        "example.org/Zone_1.a",
        "node-role.kubernetes.io/worker",
        "topology.kubernetes.io/zone",
        "node-restriction.kubernetes.io/team",
        "feature.node.kubernetes.io/gpu.present",
        "cluster.x-k8s.io/name",
    ],
)
def test_labels_that_administrators_set_are_taken(key: str) -> None:
    assert machines(worker={"labels": {key: ""}}).machines.worker.labels == {key: ""}


def test_a_machine_has_what_its_name_says_then_its_role_then_all() -> None:
    made = plan(
        machines={
            "memory": 3000,
            "control_plane": {"memory": 4000, "labels": {"tier": "control"}},
            "worker": {"labels": {"disk": "ssd", "tier": "work"}, "taints": ["a:NoSchedule", "b=1:NoSchedule"]},
            "by_name": {
                "kubmaster": {"cpus": 4},
                "kubnode2": {
                    "memory": 8192,
                    "box": "mine/box",
                    "labels": {"disk": "tape", "new": ""},
                    "taints": ["b=2:NoSchedule", "b=2:NoExecute"],
                },
            },
        }
    )
    master, one, two = made.machines
    assert [(each.memory, each.cpus) for each in made.machines] == [(4000, 4), (3000, 2), (8192, 2)]
    assert (master.labels, one.labels) == ({"tier": "control"}, {"disk": "ssd", "tier": "work"})
    assert two.labels == {"disk": "tape", "tier": "work", "new": ""}
    assert list(map(str, two.taints)) == ["a:NoSchedule", "b=2:NoSchedule", "b=2:NoExecute"]
    assert list(map(str, one.taints)) == ["a:NoSchedule", "b=1:NoSchedule"]
    assert [str(made.box_of(each)[0]) for each in made.machines] == [
        "bento/ubuntu-24.04",
        "bento/ubuntu-24.04",
        "mine/box",
    ]


def test_a_box_of_ones_own_is_neither_constrained_nor_exchanged_for_a_prepared_one() -> None:
    chosen = machines(box_version="1.2", by_name={"kubnode1": {"box": "mine/box"}})
    made, prepared = Plan(chosen), Plan(chosen, prepared="kubetui/0123")
    mine = (VagrantBox("mine/box"), None)
    assert [made.box_of(each) for each in made.machines[:2]] == [(VagrantBox("bento/ubuntu-24.04"), "1.2"), mine]
    assert [prepared.box_of(each) for each in prepared.machines[:2]] == [(VagrantBox("kubetui/0123"), None), mine]


def test_existing_machines_have_their_own_labels_beside_those_of_their_role() -> None:
    chosen = profile(
        provider="hosts",
        hosts=[
            {"name": "two", "address": "10.0.0.2", "labels": {"disk": "tape"}, "taints": ["a:NoExecute"]},
            {"name": "one", "role": "control plane", "address": "10.0.0.1"},
        ],
        machines={"worker": {"labels": {"disk": "ssd", "tier": "work"}, "taints": ["a:NoSchedule"]}},
    )
    one, two = Plan(chosen).machines
    assert (one.name, one.labels, one.taints) == ("one", {}, ())
    assert (two.labels, list(map(str, two.taints))) == (
        {"disk": "tape", "tier": "work"},
        ["a:NoSchedule", "a:NoExecute"],
    )
    assert profilefile.parse(profilefile.dump(chosen), "x") == chosen
    assert len({one, two}) == 2
