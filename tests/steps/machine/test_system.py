"""System preparation before Kubernetes is installed: host names, and no swap."""

from kubetui.engine.step import WorkState
from kubetui.remote.command import Command
from tests.plans import plan
from tests.steps.box import Box, recipe, state

HOSTS = "127.0.0.1 localhost\n127.0.1.1 kubmaster kubmaster\n# a comment\n::1 localhost\n10.1.1.1 theirs\n"


def test_the_hosts_file_gets_the_nodes_and_keeps_other_entries(box: Box) -> None:
    hosts = box.write("etc/hosts", HOSTS)
    box.program("hostname", "echo old")
    probe, apply = recipe("hosts")
    assert state(box.run(probe)) is WorkState.ABSENT
    assert box.run(apply).returncode == 0
    assert box.called("hostnamectl") == ["hostnamectl set-hostname kubmaster"]
    wanted = (
        "127.0.0.1 localhost\n# a comment\n::1 localhost\n10.1.1.1 theirs\n# kubetui: the nodes of this cluster\n"
        "192.168.56.101 kubmaster\n192.168.56.102 kubnode1\n# kubetui: end\n"
    )
    assert hosts.read_text() == wanted
    box.program("hostname", "echo kubmaster")
    assert state(box.run(probe)) is WorkState.DONE
    box.run(apply)
    assert hosts.read_text() == wanted
    # with another worker, the block is replaced rather than added a second time
    probe, apply = recipe("hosts", plan(workers=2))
    assert state(box.run(probe)) is WorkState.ABSENT
    box.run(apply)
    assert hosts.read_text() == wanted.replace("# kubetui: end", "192.168.56.103 kubnode2\n# kubetui: end")


def test_a_hosts_file_emptied_by_a_power_cut_is_restored(box: Box) -> None:
    hosts = box.write("etc/hosts", HOSTS)
    box.program("hostname", "echo kubmaster")
    probe, apply = recipe("hosts")
    cut = Command(apply.script.replace("printf '%s\\n' \"$text\" >/etc/hosts", ": >/etc/hosts; exit 9"), apply.values)
    assert box.run(cut).returncode == 9
    assert hosts.read_text() == ""
    assert state(box.run(probe)) is WorkState.PARTIAL
    assert box.run(apply).returncode == 0
    assert "10.1.1.1 theirs\n" in hosts.read_text()
    assert state(box.run(probe)) is WorkState.DONE


FSTAB = """# <file system> <mount point> <type>
UUID=1 / ext4 errors=remount-ro 0 1
/swap.img\tnone\tswap\tsw\t0\t0
UUID=2 none swap sw 0 0
# /old none swap sw 0 0
/dev/swapdata /srv/swap ext4 defaults 0 2
"""


def test_only_swap_lines_are_commented_out(box: Box) -> None:
    fstab = box.write("etc/fstab", FSTAB)
    box.program("swapon")
    probe, apply = recipe("swap")
    done = box.run(probe)
    assert (state(done), done.stdout) == (
        WorkState.ABSENT,
        "/etc/fstab turns swap on at the next boot\n".replace("/etc", f"{box.root}/etc"),
    )
    assert box.run(apply).returncode == 0
    changed = FSTAB.replace("/swap.img", "# kubetui: /swap.img").replace("UUID=2", "# kubetui: UUID=2")
    assert fstab.read_text() == changed
    assert state(box.run(probe)) is WorkState.DONE
    box.run(apply)
    assert fstab.read_text() == changed
