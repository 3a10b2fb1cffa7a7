"""System preparation before Kubernetes is installed: host names, no swap, kernel settings."""

import pytest

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
        "/etc/fstab turns swap on at the next boot: /swap.img\n".replace("/etc", f"{box.root}/etc"),
    )
    assert box.run(apply).returncode == 0
    changed = FSTAB.replace("/swap.img", "# kubetui: /swap.img").replace("UUID=2", "# kubetui: UUID=2")
    assert fstab.read_text() == changed
    assert state(box.run(probe)) is WorkState.DONE
    box.run(apply)
    assert fstab.read_text() == changed


def test_a_swap_unit_that_starts_at_boot_is_swap(box: Box) -> None:
    box.write("etc/fstab", "UUID=1 / ext4 defaults 0 1\n")
    box.program("swapon")
    box.program("systemctl", "[[ $* != list-unit-files*--state=enabled* ]] || echo 'more.swap enabled enabled'")
    done = box.run(recipe("swap")[0])
    assert (state(done), done.stdout) == (WorkState.ABSENT, "swap units start at the next boot: more.swap\n")
    box.program("systemctl", "[[ $* != list-unit-files* ]]")
    assert state(box.run(recipe("swap")[0])) is WorkState.DONE


SETTINGS = ("net.bridge.bridge-nf-call-iptables", "net.bridge.bridge-nf-call-ip6tables", "net.ipv4.ip_forward")
LINES = "".join(f"{each} = 1\n" for each in SETTINGS)
SLASHED = LINES.replace(" = ", "=").replace(".", "/")
FILES = {"modules__k8s_conf": "br_netfilter\n", "settings__k8s_conf": LINES}


def kernel(box: Box, live: str = "1", **files: str) -> tuple[WorkState, str]:
    """Look at a machine with these files, whose settings are all `live`."""
    box.program("sysctl", f"echo {live}")
    for name, text in files.items():
        folder, _, file = name.partition("__")
        box.write(f"etc/{'modules-load.d' if folder == 'modules' else 'sysctl.d'}/{file.replace('_', '.')}", text)
    done = box.run(recipe("kernel")[0])
    return state(done), done.stdout.strip().replace(str(box.root), "")


@pytest.mark.parametrize(
    "files",
    [
        {"modules__k8s_conf": "overlay\nbr_netfilter\n", "settings__k8s_conf": LINES},
        {"modules__a_conf": "# why\n  br_netfilter  \n", "settings__b_conf": SLASHED},
        {"modules__k8s_conf": "br_netfilter", "settings__10_conf": LINES.replace("1", "0"), "settings__20_conf": LINES},
    ],
)
def test_every_way_to_make_the_kernels_settings_counts(box: Box, files: dict[str, str]) -> None:
    assert kernel(box, **files) == (WorkState.DONE, "")


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        ({}, "br_netfilter is not loaded at boot"),
        ({"modules__k8s_conf": "# br_netfilter\n"}, "br_netfilter is not loaded at boot"),
        ({"modules__k8s_conf": "br_netfilter\n"}, f"{SETTINGS[0]} is not 1 after a boot"),
        ({"modules__k8s_conf": "br_netfilter\n", "settings__k8s": LINES}, f"{SETTINGS[0]} is not 1 after a boot"),
        (
            {**FILES, "settings__z_conf": f"{SETTINGS[2]}=0"},
            f"{SETTINGS[2]} is not 1 after a boot",
        ),
    ],
)
def test_what_the_kernels_settings_lack_is_said(box: Box, files: dict[str, str], missing: str) -> None:
    found, said = kernel(box, **files)
    assert found is WorkState.ABSENT
    assert said.startswith(missing)


def test_settings_that_only_files_make_are_not_there_yet(box: Box) -> None:
    assert kernel(box, live="0", **FILES) == (WorkState.ABSENT, f"{SETTINGS[0]} is 0, and not 1")
    box.program("sysctl", "exit 255")
    assert "br_netfilter is not loaded" in box.run(recipe("kernel")[0]).stdout


def test_a_file_in_etc_takes_the_place_of_the_systems_own(box: Box) -> None:
    box.write("run/sysctl.d/k8s.conf", LINES.replace("1", "0"))
    assert kernel(box, **FILES) == (WorkState.DONE, "")


def test_a_later_file_that_turns_forwarding_off_is_commented_out(box: Box) -> None:
    lines = ("net.core.somaxconn = 0", "net.ipv4.ip_forward=0", "net/ipv4/ip_forward = 0")
    other = box.write("etc/sysctl.d/zz.conf", "\n".join(lines))
    box.program("sysctl", "echo 1")
    box.program("modprobe")
    assert box.run(recipe("kernel")[1]).returncode == 0
    assert other.read_text().splitlines() == [lines[0], f"# kubetui: {lines[1]}", f"# kubetui: {lines[2]}"]
    assert state(box.run(recipe("kernel")[0])) is WorkState.DONE


def test_a_swap_unit_in_etc_is_disabled_and_others_are_masked(box: Box) -> None:
    box.write("etc/fstab", "")
    box.write("etc/systemd/system/mine.swap", "[Swap]\n")
    box.program("systemctl", "[[ $1 != list-unit-files ]] || printf '%s\\n' 'mine.swap enabled' 'dev-sda2.swap static'")
    assert box.run(recipe("swap")[1]).returncode == 0
    assert [call for call in box.told() if "systemctl" in call and "reload" not in call] == [
        "systemctl disable --now mine.swap",
        "systemctl mask --now dev-sda2.swap",
    ]
