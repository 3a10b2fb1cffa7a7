"""What people type who know kubectl, kind, minikube, docker or Vagrant: each works, or says what to type instead."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from kubetui.cli.language.foreign import COMMANDS, OPTIONS
from kubetui.cli.language.tree import walk
from kubetui.cli.main import main

WORKS = (
    "version",
    "version -o json",
    "version -o yaml",
    "--version",
    "-V",
    "-h",
    "help",
    "help node add",
    "node --help",
    "completion bash",
    "completion zsh",
    "completion fish",
    "status",
    "status -o json",
    "status -o yaml",
    "status -o wide",
    "status -o name",
    "status lab -o wide",
    "profiles -o name",
    "plan -f lab.yaml -o yaml",
    "plan tutorial --name second --set machines.workers=1",
    "plan tutorial --provider lxc",
    "up -f lab.yaml --dry-run",
    "up lab --dry-run",
    "addon list lab -o name",
    "snapshot list lab -o yaml",
    "explain cni",
    "explain APT-LOCK",
    "--color never status",
    "status --color=always",
)
"""What works as it is typed."""

INSTEAD = (
    ("delete lab", "kubetui destroy lab"),
    ("delete cluster --name lab", "kubetui destroy NAME"),
    ("delete cluster lab", "kubetui destroy NAME"),
    ("delete pod web", "kubectl delete pod web"),
    ("delete node kubnode1", "kubetui node remove NAME MACHINE"),
    ("delete -f lab.yaml", "kubetui destroy NAME"),
    ("get deployments", "kubectl get deployments"),
    ("kubectl get nodes", "then kubectl get nodes"),
    ("cp file lab:/tmp", "kubetui ssh NAME MACHINE -- 'cat > FILE' < FILE"),
    ("up tutorial --dry-run --speed 3", "--rehearse"),
    ("up tutorial --dry-run --your-turn nonsense", "There is no step nonsense"),
    ("up -f - --your-turn swap --yes", "nobody can answer for your steps"),
    ("plan lab --script here -o json", "leave it out"),
    ("boxes -o json remove x", "leave it out"),
    ("help up lab", "There is no command lab"),
    ("create cluster", "kubetui up PROFILE"),
    ("create cluster --name lab --config kind.yaml", "kubetui up PROFILE"),
    ("apply -f lab.yaml", "kubetui up -f FILE"),
    ("get nodes", "kubetui status NAME -o wide"),
    ("get pods -A", "kubectl get pods"),
    ("get clusters", "kubetui status"),
    ("get kubeconfig --name lab", "kubetui kubeconfig NAME"),
    ("describe node kubnode1", "kubectl describe node kubnode1"),
    ("top nodes", "kubetui addon add NAME metrics"),
    ("exec -it kubnode1 -- bash", "kubetui ssh NAME MACHINE -- COMMAND"),
    ("port-forward svc/web 8080:80", "kubetui tunnel NAME SERVICE"),
    ("drain kubnode1", "kubetui node remove NAME MACHINE"),
    ("config use-context lab", "kubetui kubeconfig NAME --merge"),
    ("export logs", "kubetui support NAME"),
    ("load docker-image model:1 --name lab", "kubetui image load NAME IMAGE"),
    ("cluster create lab --agents 2", "kubetui up PROFILE"),
    ("init", "kubetui up PROFILE"),
    ("join 192.168.56.11:6443", "kubetui node add NAME"),
    ("reset lab", "kubetui destroy lab"),
    ("addons list", "kubetui addon list NAME"),
    ("addons enable metrics-server", "kubetui addon add NAME ADDON"),
    ("node list", "kubetui status NAME -o wide"),
    ("node delete kubnode1", "kubetui node remove NAME MACHINE"),
    ("profile list", "kubetui profiles"),
    ("service web --url", "kubetui tunnel NAME SERVICE"),
    ("dashboard", "run kubetui alone"),
    ("ip", "kubetui status NAME"),
    ("docker-env", "kubetui image load NAME IMAGE"),
    ("mount /data:/data", "machines.folders"),
    ("pause lab", "kubetui stop lab"),
    ("ps", "kubetui status"),
    ("ls", "kubetui status"),
    ("rm lab", "kubetui destroy lab"),
    ("rm -f lab", "kubetui destroy NAME"),
    ("inspect lab", "kubetui status lab -o yaml"),
    ("images", "kubetui image list NAME"),
    ("pull nginx", "kubetui image load NAME IMAGE"),
    ("halt lab", "kubetui stop lab"),
    ("reload lab", "kubetui restart lab"),
    ("destory lab", "Did you mean destroy?"),
    ("stauts", "Did you mean status?"),
    ("start --nodes 3", "kubetui up PROFILE"),
    ("start --driver=virtualbox", "kubetui up PROFILE"),
    ("up tutorial --driver virtualbox", "--provider NAME"),
    ("up tutorial --nodes 3", "--set machines.workers=2"),
    ("up tutorial --memory 4096", "--set machines.memory=4096"),
    ("up tutorial --kubernetes-version v1.36.0", "--set kubernetes.version=1.37"),
    ("up tutorial --cni calico", "--set network.pod_network=calico"),
    ("up --config lab.yaml", "kubetui up -f FILE"),
    ("up tutorial --wait 5m", "--timeout 10m"),
    ("up -f -", "standard input"),
    ("up tutorial -o json", "-o"),
    ("status lab -o jsn", "json"),
    ("logs lab --tail 20", "tail -n 20"),
    ("destroy --all", "kubetui status lists them"),
    ("destroy lab --force", "--yes"),
    ("support lab --output x.tar.gz", "--to FILE"),
    ("-v", "kubetui -V"),
    ("start", "NAME"),
)
"""What does not exist, and words of the answer."""


@pytest.fixture
def run(lab: Path) -> CliRunner:
    Path("lab.yaml").write_text(lab.read_text())
    return CliRunner()


def typed(run: CliRunner, line: str) -> Result:
    return run.invoke(main, line.split(), prog_name="kubetui")


def test_there_are_at_least_forty() -> None:
    assert len({*WORKS}) + len({line for line, _ in INSTEAD}) >= 80


@pytest.mark.parametrize("line", WORKS)
def test_it_works_as_typed(run: CliRunner, line: str) -> None:
    done = typed(run, line)
    assert done.exit_code == 0, done.output
    assert done.stdout


@pytest.mark.parametrize(("line", "words"), INSTEAD, ids=[line for line, _ in INSTEAD])
def test_it_says_what_to_type_instead(run: CliRunner, line: str, words: str) -> None:
    done = typed(run, line)
    assert done.exit_code == 2, done.output
    assert words in " ".join(done.stderr.split())
    assert done.stdout == ""


@pytest.mark.parametrize(
    "answer", sorted({*COMMANDS.values()} | {each for of in OPTIONS.values() for each in of.values()})
)
def test_every_answer_names_commands_that_exist(answer: str) -> None:
    known = {words for words, _ in walk(main)}
    for line in re.findall(r"kubetui ((?:[a-z][a-z-]* ?)+)", answer):
        words = tuple(line.split())
        if words and words[0] != "alone":
            # "docs" belongs to the documentation's own room
            assert any(words[:length] in known for length in (1, 2)) or words[0] == "docs", answer


def test_no_word_of_another_tool_hides_a_command_of_this_one() -> None:
    known = {" ".join(words) for words, _ in walk(main)}
    assert not known & {*COMMANDS}


def test_the_options_of_another_tool_are_none_of_these() -> None:
    commands = {" ".join(words): command for words, command in walk(main)}
    for words, options in OPTIONS.items():
        own = {name for option in commands[words].params for name in option.opts}
        assert not own & {*options}


def test_a_short_option_has_one_meaning_everywhere() -> None:
    meanings: dict[str, set[str]] = {}
    for words, command in walk(main):
        for option in command.params:
            for name in option.opts if isinstance(option, click.Option) else ():
                if len(name) == len("-x"):
                    long = next(each for each in option.opts if each.startswith("--"))
                    meanings.setdefault(name, set()).add(f"{long} of logs" if words == ("logs",) else long)
    assert {name for name, longs in meanings.items() if len(longs) > 1} == {"-f"}
    assert meanings["-f"] == {"--file", "--follow of logs"}
