"""The wizard's questions: drawn from the fields."""

import pytest

from kubetui.profile.questions.pages import Question, pages
from kubetui.profile.schema.profile import Machines
from kubetui.software import networks

QUESTIONS = {".".join(question.path): question for page in pages() for question in page.questions}


def test_pages_are_in_order() -> None:
    assert [(page.name, page.title) for page in pages()] == [
        ("machines", "Machines"),
        ("network", "Network"),
        ("kubernetes", "Kubernetes"),
    ]
    assert list(QUESTIONS) == [
        "name",
        "provider",
        "hosts",
        "machines.box",
        "machines.box_sha256",
        "machines.packages",
        "machines.control_planes",
        "machines.workers",
        "machines.memory",
        "machines.cpus",
        "network.first_address",
        "network.control_plane_endpoint",
        "network.pod_cidr",
        "network.service_cidr",
        "network.pod_network",
        "network.manifest.path",
        "network.manifest.url",
        "network.manifest.sha256",
        "kubernetes.version",
        "kubernetes.runtime",
        "addons",
        "mirrors.image_repository",
        "mirrors.apt_proxy",
        "mirrors.http_proxy",
        "mirrors.ca",
    ]


def test_a_question_takes_its_texts_from_its_field() -> None:
    field = Machines.model_fields["memory"]
    assert QUESTIONS["machines.memory"] == Question(
        ("machines", "memory"), str(field.title), str(field.description), "integer", 2048, unit="MiB",
        examples=("4096", "1.5 GiB"),
    )  # fmt: skip
    box = QUESTIONS["machines.box"]
    assert (box.kind, box.default, box.optional) == ("text", None, True)


@pytest.mark.parametrize(
    ("name", "kind", "default", "choices"),
    [
        (
            "provider",
            "choice",
            "virtualbox",
            ("virtualbox", "libvirt", "vmware_desktop", "lxc", "hosts", "rehearsal"),
        ),
        (
            "network.pod_network",
            "choice",
            "flannel",
            tuple(networks.CATALOGUE),
        ),
        ("kubernetes.runtime", "choice", "containerd", ("containerd", "docker", "cri-o")),
        ("network.first_address", "address", "192.168.56.101", ()),
        ("network.pod_cidr", "cidr", "10.244.0.0/16", ()),
    ],
)
def test_kinds(name: str, kind: str, default: str, choices: tuple[str, ...]) -> None:
    question = QUESTIONS[name]
    assert (question.kind, question.default, question.choices) == (kind, default, choices)
