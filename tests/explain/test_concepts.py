"""Every concept is complete, short and reachable; a file that is wrong is refused with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from urllib.parse import urlsplit

import pytest

from kubetui.explain.concepts import At, Concept, all_concepts, concept, find, parse

EVERY = all_concepts()
OFFICIAL = {"kubernetes.io", "etcd.io", "containerd.io", "docs.kernel.org", "developer.hashicorp.com"}
EXPECTED = (
    "node control-plane worker static-pod etcd etcd-quorum api-server scheduler controller-manager kubelet kubeadm "
    "kubectl kubeconfig cni pod-cidr service-cidr kube-proxy service nodeport dns join-token ca-hash bootstrap "
    "certificates taint label runtime cri cgroup-driver pause-image image namespace pod deployment daemonset drain "
    "swap bridge-netfilter ip-forwarding vxlan kubelet-configuration package-hold version-skew internal-ip readiness "
    "box package-repository clock ssh-access volume load-balancer virtual-ip metrics serving-certificate registry "
    "selinux firewalld docker cri-dockerd cri-o"
)
RIGHT = """---
name: swap
title: Swap
command: cat /proc/swaps
at: node
link: https://kubernetes.io/docs/
see: [kubelet]
---

Disk in place of memory. The kubelet
refuses it.

Nothing else.
"""


@pytest.fixture(params=EVERY, ids=lambda each: each.name)
def each(request: pytest.FixtureRequest) -> Concept:
    found = request.param
    assert isinstance(found, Concept)
    return found


def test_there_are_more_than_forty_and_all_that_are_expected() -> None:
    assert len(EVERY) >= 40
    assert {each.name for each in EVERY} == set(EXPECTED.split())


def test_every_file_of_the_folder_is_a_concept() -> None:
    files = {file.name for file in resources.files("kubetui.explain").joinpath("concepts").iterdir()}
    assert files == {f"{each.name}.md" for each in EVERY}


def test_it_is_short(each: Concept) -> None:
    assert 40 < len(each.text.split()) < 120


def test_its_first_sentence_fits_in_a_list_of_80_columns(each: Concept) -> None:
    assert each.text.startswith(each.short)
    assert len(each.short) + max(len(other.name) for other in EVERY) + 2 <= 80


def test_its_link_is_official(each: Concept) -> None:
    link = urlsplit(each.link)
    assert link.scheme == "https"
    assert link.hostname in OFFICIAL or each.link.startswith("https://github.com/flannel-io/flannel/")


def test_what_it_refers_to_exists(each: Concept) -> None:
    assert each.see
    assert each.name not in each.see
    assert len(set(each.see)) == len(each.see)
    for name in each.see:
        concept(name)


def test_its_title_and_command_are_one_line(each: Concept) -> None:
    for text in (each.title, each.command):
        assert text.isprintable()
        assert text == text.strip()


def test_its_text_is_plain(each: Concept) -> None:
    assert not re.search(r"[*`\[\]#!]|\s{2}", each.text.replace("\n", ""))


def reached(start: str) -> set[str]:
    found: set[str] = set()

    def follow(name: str) -> None:
        if name not in found:
            found.add(name)
            for other in concept(name).see:
                follow(other)

    follow(start)
    return found


def test_all_are_reachable_from_a_node() -> None:
    assert reached("node") == {each.name for each in EVERY}


def test_a_concept_is_found_by_name_and_title_in_any_case() -> None:
    for words in ("cgroup-driver", "cgroup driver", "Cgroup-Driver"):
        assert find(words) is concept("cgroup-driver")
    assert find("cluster dns") is concept("dns")
    assert find("nothing") is None
    with pytest.raises(KeyError):
        concept("nothing")


def test_a_file_is_parsed_into_a_frozen_value() -> None:
    text = "Disk in place of memory. The kubelet refuses it.\nNothing else."
    parsed = parse("swap.md", RIGHT)
    assert parsed == Concept(
        "swap", "Swap", text, "cat /proc/swaps", At.NODE, "https://kubernetes.io/docs/", ("kubelet",)
    )
    assert parsed.short == "Disk in place of memory."
    with pytest.raises(AttributeError):
        parsed.name = "other"  # type: ignore[misc]


def wrong() -> Iterator[tuple[str, str, str]]:
    """Yield what replaces what in a right file, and the message."""
    yield "---\nname", "name", "swap.md, line 1: a header between two lines of --- is missing"
    yield "]\n---", "]", "swap.md, line 1: a header between two lines of --- is missing"
    yield RIGHT[RIGHT.index("Disk") :], "", "swap.md, line 8: there is no text below the header"
    yield "at: node\n", "", "swap.md, line 1: the header lacks at"
    yield "at: node", "at: moon", "swap.md, line 5: moon is no place; the places are control-plane, node, host"
    yield "title: Swap", "title: 7", "swap.md, line 3: title is not a text"
    yield "title: Swap", "title:", "swap.md, line 3: title is not a text"
    yield "see: [kubelet]", "see: kubelet", "swap.md, line 7: see is not a list of names"
    yield "see: [kubelet]", "see: [1]", "swap.md, line 7: see is not a list of names"
    yield "name: swap", "name: swop", "swap.md, line 2: the file of swop is swop.md"
    yield "at: node", "at: node\nby: 1", "swap.md, line 6: there is no key by; the keys are name, title, command"
    yield "at: node", "at: node\nat: node", "swap.md, line 6: at appears twice"
    yield "title: Swap", "title: a: b", "swap.md, line 3: This is not YAML"


@pytest.mark.parametrize(("old", "new", "message"), wrong())
def test_a_wrong_file_is_refused_with_its_name_and_line(old: str, new: str, message: str) -> None:
    assert RIGHT.count(old) == 1
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        parse("swap.md", RIGHT.replace(old, new))
