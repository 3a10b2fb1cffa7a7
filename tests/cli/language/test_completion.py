"""What a shell completes: options, and the names of what exists."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from kubetui.cli.main import main
from kubetui.explain.errors import pages

pytestmark = pytest.mark.usefixtures("lab")


def completed(*words: str, begun: str = "") -> list[str]:
    found = ShellComplete(main, {}, "kubetui", "_KUBETUI_COMPLETE").get_completions([*words], begun)
    return [item.value for item in found]


def test_clusters_and_their_machines() -> None:
    for command in ("status", "destroy", "logs", "ssh", "stop", "upgrade", "kubeconfig", "tunnel"):
        assert completed(command) == ["lab"]
    assert completed("ssh", "lab", begun="kubn") == ["kubnode1", "kubnode2"]
    assert completed("node", "remove", "lab", "kubnode1", begun="kub") == ["kubmaster", "kubnode2"]


def test_profiles_faults_steps_and_what_else_has_names() -> None:
    assert completed("up", begun="tu") == ["tutorial", "tu"]
    # a cluster, and whatever file the shell finds
    assert completed("up", begun="la") == ["lab", "larger", "la"]
    assert completed("help", "node") == ["add", "remove"]
    assert completed("boxes", "remove") == []
    assert completed("up", "x", "--rehearse-fault", begun="init") == ["init-timeout"]
    assert "swap" in completed("up", "x", "--your-turn")
    assert "kubeadm-init" not in completed("logs", "lab", "--step")
    assert "init" in completed("logs", "lab", "--step")
    assert completed("addon", "add", "lab", begun="st") == ["storage"]
    assert "train" in completed("lesson", "start", "lab")
    assert completed("boxes", "build", begun="deb") == ["debian-13"]
    assert {*pages()} <= {*completed("explain")}
    assert completed("up", "x", "--provider", begun="virt") == ["virtualbox"]
    assert completed("status", "-o") == ["json", "yaml", "wide", "name"]
    assert "--timeout" in completed("up", begun="--t")


def test_what_cannot_be_read_completes_to_nothing(lab: Path) -> None:
    lab.write_text("name: [")
    assert completed("ssh", "lab") == []
    assert completed("ssh", "none") == []
