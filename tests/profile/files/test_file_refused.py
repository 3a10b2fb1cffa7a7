"""Profiles that are refused: in which words, at which place, and how little even the worst ones cost."""

import time
import tracemalloc

import pytest

from kubetui.base.errors import ProfileError
from kubetui.profile.files import file as profilefile


def refusal(text: str | bytes) -> str:
    with pytest.raises(ProfileError) as caught:
        profilefile.parse(text, "lab.yaml")
    assert caught.value.exit_code == 2
    return str(caught.value)


GOLDEN = {
    "": "lab.yaml:1:1: The file is empty.\n"
    "  Write at least a name into it: name: lab. `kubetui profiles` lists all profiles.",
    "# only a comment\n": "lab.yaml:1:1: The file is empty.\n"
    "  Write at least a name into it: name: lab. `kubetui profiles` lists all profiles.",
    "- lab\n": "lab.yaml:1:1: A profile consists of keys and values, but this does not.\n"
    "  Write a line such as: name: lab",
    "name: lab\nmachines:\n\tworkers: 2\n": "lab.yaml:3:1: There is a tab here, and YAML only allows spaces.\n"
    "  Replace it by spaces.",
    "name: lab\nnmae: lab\n": "lab.yaml:2:1: nmae: This is not a key of a profile.\n  Did you mean name?",
    "machines:\n  memroy: 2048\n": "lab.yaml:2:3: machines.memroy: This is not a key of machines.\n"
    "  Did you mean memory?",
    "name: lab\nname: exam\n": "lab.yaml:2:1: name: name appears twice, first in line 1.\n  Keep one of them.",
    "machines:\n  cpus: 1\n": "lab.yaml:2:9: machines.cpus: 1 CPU is too little for a control plane: "
    "kubeadm refuses to start.\n  Give it 2 CPUs or more.",
    "network:\n  pod_cidr: 10.96.0.0/16\n": "lab.yaml:2:13: network.pod_cidr: "
    "10.96.0.0/16 lies inside the service CIDR 10.96.0.0/12.\n  Try 10.244.0.0/16.",
    "network:\n  pod_cidr: 10.96.0.1/16\n": "lab.yaml:2:13: network.pod_cidr: "
    "10.96.0.1/16 names an address inside 10.96.0.0/16: write the range as 10.96.0.0/16.\n"
    "  Pod CIDR: The addresses that pods get. They may not overlap the nodes, the services, or a network that this "
    "host already reaches. Each machine takes a /24 of it.",
    "kubernetes:\n  version: 1.40\n": "lab.yaml:2:12: kubernetes.version: "
    'YAML reads 1.40 as a number, but text is needed.\n  Put it in quotes: "1.40"',
    'kubernetes:\n  version: "1.20"\n': "lab.yaml:2:12: kubernetes.version: "
    "1.20 is too old: kubetui needs Kubernetes 1.31 or later, because it writes kubeadm's v1beta4 configuration, "
    'which is there from 1.31 on. Write "1.31".\n'
    '  Version: A minor version such as "1.37" takes its newest release, "1.37.1" exactly that one; 1.31 or later. '
    "In a file, put it in quotes: YAML would read 1.40 as 1.4.",
    "kubernetes:\n  runtime_packages: upsteam\n": "lab.yaml:2:21: kubernetes.runtime_packages: "
    "upsteam is not one of: distribution, upstream, auto.\n  Did you mean upstream?",
    "mirrors:\n  containerd:\n    url: http://m/{system}\n": "lab.yaml:3:10: mirrors.containerd.url: "
    "http://m/{system} has a brace in it: {id} alone, the machine's system, may be in braces.\n"
    "  URL: What stands in for https://download.docker.com/linux/debian, ubuntu or rhel. Each machine adds its "
    "release, such as trixie, and puts its system's name where the URL has {id}.",
    "provider: virtalbox\n": "lab.yaml:1:11: provider: "
    "virtalbox is not one of: virtualbox, libvirt, vmware_desktop, lxc, hosts, rehearsal.\n"
    "  Did you mean virtualbox?",
    "provider: hyperv\n": "lab.yaml:1:11: provider: "
    "kubetui no longer has the provider hyperv: Vagrant cannot give Hyper-V's machines the planned addresses "
    "(hashicorp/vagrant#8384), and nobody maintains a box for it any more.\n"
    "  Write provider: virtualbox. On Windows, run kubetui inside WSL 2 with provider: libvirt.",
    "machines:\n  workers: 010\n": "lab.yaml:2:12: machines.workers: "
    "010 means different things to different YAML programs.\n"
    '  Put it in quotes: "010". Or write true, false or a plain decimal number.',
    'machines: {workers: "2"}\n': "lab.yaml:1:21: machines.workers: 2 is not a whole number.\n"
    "  Write it without quotes: 2",
    "machines:\n": "lab.yaml:1:10: machines: There is no value.\n"
    "  Delete the key to take the default, or give it a value.",
    "name: !!python/object/apply:os.system [ls]\n": "lab.yaml:1:7: name: !!python/object/apply:os.system is a tag.\n"
    "  Delete it; a value's type follows from its key.",
    "<<: {name: lab}\n": "lab.yaml:1:1: << is a merge key.\n  Write out the keys where they are needed.",
    "name: lab\n---\nname: exam\n": "lab.yaml:2:1: A second document begins here.\n"
    "  Keep one profile per file: delete ---.",
    "name: lab: exam\n": "lab.yaml:1:10: This is not YAML: mapping values are not allowed here.\n"
    "  A value with a colon and a space in it needs quotes. Or the line above lacks its colon, "
    "or is indented otherwise.",
    "name: \x1b[31m\n": "lab.yaml:1:7: Character number 27 is not allowed in YAML.\n"
    "  Delete it; a control character is seldom meant.",
    "schema: 2\n": "lab.yaml:1:9: schema: 2 is unknown: it has to be 1.\n  Schema: The version of this file's format.",
}


@pytest.mark.parametrize("text", GOLDEN)
def test_errors_say_where_what_and_how(text: str) -> None:
    assert refusal(text) == GOLDEN[text]


def test_every_problem_is_listed_in_the_files_order() -> None:
    message = refusal("network:\n  pod_cidr: x\nname: Lab\nfoo: 1\nmachines:\n  memory: 100\n  cpus: *a\n")
    assert [line.split(" ")[0] for line in message.splitlines()[:5]] == [
        "lab.yaml:2:13:",
        "lab.yaml:3:7:",
        "lab.yaml:4:1:",
        "lab.yaml:6:11:",
        "lab.yaml:7:9:",
    ]
    assert "Line 6: Memory each" in message


def test_a_long_list_of_problems_is_cut_and_each_fix_appears_once() -> None:
    message = refusal("".join(f"k{number}: 1\n" for number in range(30)))
    assert "... and 10 more." in message
    assert message.count("Known here: schema, name") == 1


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a: &x 1\n", "anchor"),
        ("a: *x\n", "alias"),
        ("[" * 100, "more than 20 nested groups"),
        ("a: " + "{b: " * 30, "more than 20 nested groups"),
        ("a: [" + "1," * 6000 + "]", "5000 values"),
        ("#" * 300_000, "larger than 256 KiB"),
        (b"name: \xff\n", "lab.yaml:1:7: Byte 0xff is not UTF-8"),
        ('name: "\\ud800"', "control character"),
        ('name: "\\U00110000"', "impossible"),
        ("%YAML 1." + "1" * 5000 + "\n--- a", "impossible"),
        ("on: 1\n", "on means different things"),
        ("2: 1\n", "not text, but a key must be"),
        ("? [a]\n: 1\n", "not text, but a key must be"),
        ("machines: {cpus: yes}", "yes means different things"),
        ("machines: {cpus: 1e3}", "1e3 is not a whole number"),
        ("machines: {cpus: .inf}", ".inf means different things"),
        ("machines: {cpus: 2.0}", "2.0 is not a whole number"),
        ("machines: {cpus: true}", "true is not a whole number"),
        ("machines: {cpus: [2]}", "Expected a whole number, but found a list"),
        ("machines: {memory: 2 TiB}", "2 TiB is not an amount of memory. Write MiB, such as 4096, or 4 GiB."),
        ("machines: {memory: 2000000}", "2000000 MiB is too much: at most 1048576 MiB"),
        ("machines: {options: {Foo: {}}}", "lab.yaml:1:22: machines.options.Foo: Foo does not fit Provider options"),
        ("machines: {options: {lxc: 3}}", "3 is not a group of keys"),
        ("network: {options: {a: [1]}}", "Expected text, a number, true or false, but found a list"),
        ("network: {first_address: 1.2.3}", "1.2.3 is not an IPv4 address"),
        ("network: {pod_cidr: 10.0.0.0}", "10.0.0.0 is not a range"),
        ("network: {pod_cidr: 10.0.0.0/255.0.0.0}", "is not a range"),
        ("network: {pod_network: flanel}", "Did you mean flannel?"),
        ("mirrors: {packages: {}}", "mirrors.packages.url: It is missing"),
        ("mirrors: {http_proxy: 'http://a b'}", "http://a b does not fit HTTP proxy"),
        ("kubernetes: {version: '1.30.4'}", "1.30.4 is too old: kubetui needs Kubernetes 1.31 or later"),
        ("kubernetes: {version: '2.0'}", "2.0 is not a version of Kubernetes. Write 1.37"),
        ("kubernetes: {runtime: rkt}", "rkt is not one of: containerd, docker, cri-o"),
        ("kubernetes: {patches: [{kind: X}]}", "lab.yaml:1:24: kubernetes.patches[0]: X is not a kind"),
    ],
)
def test_what_is_refused(text: str | bytes, word: str) -> None:
    assert word in refusal(text)


def test_messages_contain_no_control_characters() -> None:
    message = refusal('"\\e]52;c;x\\a": 1\nname: "\u202eabc"\n')
    assert all(line.isprintable() for line in message.splitlines())


def test_messages_repeat_no_password() -> None:
    message = refusal("mirrors: {http_proxy: 'http://me:canary word@proxy:3128'}\n")
    assert "http://********@proxy:3128 does not fit HTTP proxy" in message
    assert "canary" not in message


SIZE = 256 * 1024 - 100
BOMBS = {
    "spaces": " " * SIZE,
    "lines": "\n" * SIZE,
    "word": "a" * SIZE,
    "words": "a b " * (SIZE // 4),
    "escapes": '"' + "\\x41" * (SIZE // 4) + '"',
    "brackets": "[" * SIZE,
    "braces": "{" * SIZE,
    "anchors": "&a [" * (SIZE // 4),
    "items": "- " * (SIZE // 2),
    "questions": "? " * (SIZE // 2),
    "numbers": "a: [" + "1," * (SIZE // 2),
    "keys": "".join(f"key{number}: 1\n" for number in range(4900)),
    "long key": "? " + "name" * (SIZE // 4) + "\n: 1\n",
    "long number": "machines: {memory: " + "9" * SIZE + "}",
    "laughs": "a: &a [x]\n" + "".join(f"b{number}: &b{number} [*a,*a,*a,*a]\n" for number in range(1000)),
    "documents": "---\n" * (SIZE // 4),
    "patches": "kubernetes: {patches: [" + "{}," * 4000 + "]}",
    "aliases": "a: [" + "*a," * 4900 + "]",
    "directives": "%A b\n" * (SIZE // 5),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_no_time(name: str) -> None:
    start = time.process_time()
    assert refusal(BOMBS[name])
    assert time.process_time() - start < 20


@pytest.mark.parametrize("name", ["keys", "laughs", "aliases", "word"])
def test_a_bomb_costs_no_memory(name: str) -> None:
    tracemalloc.start()
    try:
        assert refusal(BOMBS[name])
        assert tracemalloc.get_traced_memory()[1] < 50 * 1024 * 1024
    finally:
        tracemalloc.stop()
