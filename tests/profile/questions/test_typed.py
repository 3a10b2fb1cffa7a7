"""What a person types: a right answer is read, a wrong one explained, and one that is not finished left alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubetui.profile.questions.answers import answer, profile_of
from kubetui.profile.questions.pages import pages
from kubetui.profile.questions.typed import could_become_valid, parse_answer

QUESTIONS = {".".join(question.path): question for page in pages() for question in page.questions}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("name", " lab ", "lab"),
        ("machines.memory", "4096", 4096),
        ("machines.box", "", None),
        ("machines.box", "bento/debian-12", "bento/debian-12"),
        ("network.pod_cidr", "10.0.0.0/8", "10.0.0.0/8"),
        ("kubernetes.version", "1.31", "1.31"),
    ],
)
def test_valid_answers(name: str, text: str, value: object) -> None:
    assert parse_answer(QUESTIONS[name], text) == value


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("name", "", "Name is needed."),
        ("name", "Lab", "Lab contains a capital letter, which a name may not. Write lab."),
        ("provider", "qemu", "qemu is not one of: virtualbox, libvirt, vmware_desktop, lxc, hosts, rehearsal."),
        ("machines.memory", "256", "256 MiB is too little: at least 512 MiB."),
        ("machines.workers", "007", "Workers has to be a whole number: digits alone."),
        ("machines.workers", "9" * 5000, "Workers has to be a whole number: digits alone."),
        ("machines.workers", "\u00b2", "Workers has to be a whole number: digits alone."),
        (
            "network.pod_cidr",
            "10.244.0.0",
            "10.244.0.0 is not a range: an IPv4 address, a slash, and how many bits are fixed.",
        ),
        (
            "network.pod_cidr",
            "10.244.0.1/16",
            "10.244.0.1/16 names an address inside 10.244.0.0/16: write the range as 10.244.0.0/16.",
        ),
        ("network.first_address", "10.1", "10.1 is not an IPv4 address: four numbers from 0 to 255 with dots between."),
        (
            "kubernetes.version",
            "1.30.4",
            (
                "1.30.4 is too old: kubetui needs Kubernetes 1.31 or later, because it writes kubeadm's v1beta4 "
                'configuration, which is there from 1.31 on. Write "1.31".'
            ),
        ),
        ("kubernetes.runtime", "rkt", "rkt is not one of: containerd, docker, cri-o."),
    ],
)
def test_invalid_answers(name: str, text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse_answer(QUESTIONS[name], text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("name", "text", "possible"),
    [
        ("network.pod_cidr", "10.2", True),
        ("network.pod_cidr", "10.2.", True),
        ("network.pod_cidr", "10.2.3", True),
        ("network.pod_cidr", "10.244.0.0/", True),
        ("network.pod_cidr", "10.244.0.0/1", True),
        ("network.pod_cidr", "10.2.4.0/2", True),
        ("network.pod_cidr", "192.168.1", True),
        ("network.pod_cidr", "10.300", False),
        ("network.pod_cidr", "10.2..", False),
        ("network.pod_cidr", "10.244.0.1/16", False),
        ("network.pod_cidr", "10.244.0.0/33", False),
        ("network.pod_cidr", "a", False),
        ("network.first_address", "192", True),
        ("network.first_address", "192.168.56.", True),
        ("network.first_address", "192.168.56.1012", False),
        ("network.first_address", "1.2.3.4.", False),
        ("machines.memory", "", True),
        ("machines.memory", "2", True),
        ("machines.memory", "51", True),
        ("machines.memory", "9999999", False),
        ("machines.memory", "0", True),
        ("machines.memory", "2 G", True),
        ("machines.memory", "2 T", False),
        ("machines.control_planes", "9", False),
        ("name", "my-", True),
        ("name", "My", False),
        ("name", "-", False),
        ("name", "a" * 41, False),
        ("machines.box", "bento", True),
        ("machines.box", "bento/", True),
        ("machines.box", "be nto", False),
        ("kubernetes.version", "1", True),
        ("kubernetes.version", "1.3", True),
        ("kubernetes.version", "1.36.", True),
        ("kubernetes.version", "2", False),
        ("kubernetes.version", "1.4", True),
        ("kubernetes.version", "1.1", False),
        ("kubernetes.version", "1.2", False),
        ("kubernetes.version", "1.30", False),
        ("kubernetes.version", "v", True),
        ("kubernetes.version", "w", False),
        ("mirrors.http_proxy", "ht", True),
        ("mirrors.http_proxy", "https:", True),
        ("mirrors.http_proxy", "ftp", False),
        ("provider", "virt", True),
        ("provider", "x", False),
    ],
)
def test_an_incomplete_answer_is_not_an_error(name: str, text: str, possible: bool) -> None:  # noqa: FBT001
    assert could_become_valid(QUESTIONS[name], text) is possible


GOOD = {
    "name": "my-lab2",
    "machines.box": "rig/debian13",
    "machines.memory": "16384",
    "network.first_address": "172.30.251.9",
    "network.pod_cidr": "172.18.128.0/17",
    "network.service_cidr": "100.64.0.0/10",
    "kubernetes.version": "1.37.11",
    "mirrors.image_repository": "10.0.3.1:5000/k8s",
    "mirrors.http_proxy": "http://user@10.0.0.1:8080/",
}


@pytest.mark.parametrize("name", GOOD)
def test_typing_a_valid_value_never_shows_an_error(name: str) -> None:
    text = GOOD[name]
    assert all(could_become_valid(QUESTIONS[name], text[:end]) for end in range(len(text) + 1))


@settings(max_examples=200)
@given(st.sampled_from(sorted(QUESTIONS)), st.text(max_size=20))
def test_no_text_is_too_strange(name: str, text: str) -> None:
    possible = could_become_valid(QUESTIONS[name], text)
    try:
        value = parse_answer(QUESTIONS[name], text)
    except ValueError as error:
        assert str(error)  # noqa: PT017
        return
    assert possible or QUESTIONS[name].kind == "choice"
    profile_of(answer({}, QUESTIONS[name].path, value))
