"""The wizard as plain text: numbered questions, and the build."""

from io import StringIO

import pytest

from kubetui.base.check import Check
from kubetui.base.errors import ExitCode, StoppedError
from kubetui.cluster.folder import Cluster
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library
from kubetui.profile.questions.answers import is_asked, values_of
from kubetui.profile.questions.pages import Question, pages
from kubetui.profile.schema.profile import Machines, Profile
from screens import plain
from tests.screens.hosts import FakeHost

LATER = "Saved. To build it, run: kubetui up lab"


def numbered(profile: Profile) -> list[Question]:
    values = values_of(profile)
    return [each for page in pages() for each in page.questions if is_asked(each, values)]


def asked(profile: Profile) -> list[Question]:
    return [question for question in numbered(profile) if len(question.choices) != 1]


def answers(*more: str, profile: Profile | None = None, hands: str = "", **given: str) -> list[str]:
    """Return a line for every question, empty unless an answer is given, then one for the review, then `more`.

    After a name to save it as, the first of `more`, comes the one for the steps to do by hand.
    """
    lines = [given.get(question.path[-1], "") for question in asked(profile or Profile())]
    return [*lines, "", *more[:1], *([hands] if more else []), *more[1:]]


def talked(
    lines: list[str], build: plain.Build | None = None, host: FakeHost | None = None, profile: str = ""
) -> tuple[int, str]:
    """Let somebody type lines; return the exit code, and everything that was printed."""
    output = StringIO()
    talk = plain.Dialogue(StringIO("".join(f"{line}\n" for line in lines)), output)
    code = plain.new(build or unasked, talk, host or FakeHost(), profile)
    return code, output.getvalue()


def unasked(name: str, _yours: tuple[str, ...]) -> int:
    pytest.fail(f"nobody agreed to build {name}")


def test_empty_lines_save_the_defaults_and_build_nothing() -> None:
    code, said = talked(answers("", ""))
    assert code == ExitCode.OK
    assert profilefile.load(library.find("lab")) == Profile()
    assert said.rstrip().endswith(LATER)
    for number, question in enumerate(numbered(Profile()), 1):
        assert f"\n{number}. {question.title}\n{question.help}\n" in said


def test_choices_have_numbers_and_say_what_this_host_has() -> None:
    lacking = (Check("Vagrant", "ok", "2.4.9"), Check("VirtualBox", "failed", "VBoxManage is not here.", "Install it."))
    lines = answers("", "")
    lines[1] = "7"
    lines.insert(2, "4")
    _, said = talked(lines, host=FakeHost(provided={"virtualbox": lacking}))
    assert "   1. VirtualBox, not installed\n   2. libvirt" in said
    assert "Number, empty for 1, virtualbox: 7 does not work: 7 is not one of" in said
    assert profilefile.load(library.find("lab")).provider == "lxc"
    assert "Warning: There is no default box for LXC containers: the build needs one of your own, in Box." in said
    _, said = talked(answers("own", ""), host=FakeHost(provided={"virtualbox": lacking}))
    assert "Warning: VBoxManage is not here. Install it." in said
    assert "There is no default box" not in said


def test_the_answers_are_saved_under_the_name() -> None:
    talked(answers("mine", "", workers="4", memory="3 GiB"))
    assert profilefile.load(library.find("mine")).machines == Machines(workers=4, memory=3072)


def test_a_wrong_answer_is_asked_again_at_once() -> None:
    lines = answers("", "")
    place = [question.path[-1] for question in asked(Profile())].index("workers")
    lines[place : place + 1] = ["many", "1"]
    _, said = talked(lines)
    assert "many does not work: Workers has to be a whole number: digits alone." in said
    assert profilefile.load(library.find("lab")).machines.workers == 1


def test_answers_that_the_rules_refuse_are_asked_again_at_the_end() -> None:
    lines = answers(pod_cidr="10.96.0.0/16")
    _, said = talked([*lines[:-1], "10.10.0.0/16", "", "", "", ""])
    assert "This does not work yet: 10.96.0.0/16 lies inside the service CIDR 10.96.0.0/12. Try 10.244.0.0/16." in said
    assert str(profilefile.load(library.find("lab")).network.pod_cidr) == "10.10.0.0/16"


def test_an_answer_can_be_changed_by_its_number_in_the_end() -> None:
    number = [question.path[-1] for question in asked(Profile())].index("workers") + 1
    _, said = talked([*answers()[:-1], "99", str(number), "5", "", "", "", ""])
    assert "Write a number from 1 to " in said
    assert f"\n{number}. Workers: 5\n" in said
    assert profilefile.load(library.find("lab")).machines.workers == 5


def test_an_optional_answer_can_be_taken_away() -> None:
    library.save_as(Profile.model_validate({"machines": {"box": "mine/box"}}), "own")
    lines = [*answers("", hands="yes", box="none"), "", ""]
    _, said = talked(lines, profile="own")
    assert "Box, empty for mine/box, none for none: " in said
    assert profilefile.load(library.find("own")).machines.box is None


def test_it_asks_before_it_overwrites_a_profile() -> None:
    library.save_as(Profile(machines=Machines(workers=9)), "lab")
    talked([*answers(), "", "no", "other", "", ""])
    assert profilefile.load(library.find("lab")).machines.workers == 9
    assert profilefile.load(library.find("other")) == Profile()


def test_a_name_that_a_cluster_has_is_asked_again() -> None:
    Cluster("team").create()
    Cluster("team").profile.write_text("name: team\n")
    lines = answers("", "", name="team")
    _, said = talked([*lines[:-4], "crew", *lines[-4:]])
    assert "This does not work yet: There is a cluster team already." in said
    assert profilefile.load(library.find("crew")).name == "crew"


def test_the_end_of_the_input_saves_nothing() -> None:
    with pytest.raises(StoppedError, match=r"Nothing was saved\."):
        talked([""])
    assert not library.saved_folder().exists()


def test_stopping_at_the_last_question_says_how_to_build_later() -> None:
    with pytest.raises(StoppedError, match="kubetui up lab"):
        talked(answers(""))


def test_it_builds_if_the_person_agrees_and_says_what_is_next() -> None:
    built: list[str] = []

    def build(name: str, yours: tuple[str, ...]) -> int:
        assert yours == ()
        built.append(name)
        return ExitCode.OK

    code, said = talked(answers("mine", "maybe", "yes"), build)
    assert (code, built) == (ExitCode.OK, ["mine"])
    assert "Write yes or no." in said
    assert said.rstrip().endswith("To see it: kubetui status lab. To remove it: kubetui destroy lab.")


def test_a_build_that_fails_can_be_run_again() -> None:
    codes = [ExitCode.RUN, ExitCode.PARTLY]
    code, said = talked(answers("", "yes", "yes", "no"), lambda _name, _yours: codes.pop(0))
    assert (code, codes) == (ExitCode.PARTLY, [])
    assert "It did not end well. Nothing is lost. Run it again?" in said
    assert said.rstrip().endswith("To go on with it, run: kubetui up lab")


def test_steps_to_do_by_hand_are_asked_for_until_they_are_right() -> None:
    built: list[tuple[str, ...]] = []
    codes = [ExitCode.RUN, ExitCode.OK]

    def build(_name: str, yours: tuple[str, ...]) -> int:
        built.append(yours)
        return codes.pop(0)

    lines = [*answers("", hands="images"), "swop", "swap, kubnode2/join", "yes", "yes"]
    code, said = talked(lines, build)
    assert code == ExitCode.OK
    assert built == [("swap", "kubnode2/join")] * 2
    assert "Steps to do by hand, of swap, kernel, runtime, kubernetes, init, network, join, empty for none: " in said
    assert "Pull images (images) cannot be done by hand." in said
    assert "There is no step swop. Did you mean swap?" in said


def test_a_rehearsal_asks_for_no_steps_to_do_by_hand() -> None:
    _, said = talked(answers("", profile=Profile(provider="rehearsal"), provider="rehearsal"))
    assert "by hand" not in said
    assert "Build now?" in said


def test_how_to_build_later_names_the_steps() -> None:
    _, said = talked(answers("", "no", hands="swap kernel"))
    assert said.rstrip().endswith("Saved. To build it, run: kubetui up lab --your-turn swap --your-turn kernel")


def test_hosts_are_asked_for_one_by_one_without_their_size() -> None:
    keys = [
        "own",
        "5",
        "m1 control-plane 10.0.0.1 user=me",
        "m2 control-plane",
        "m2 control-plane ssh=second node_address=10.0.0.2",
        "",
        "",
        "10.0.0.9:6443",
        *[""] * 20,
    ]
    code, said = talked(keys)
    assert code == ExitCode.OK
    saved = profilefile.load(library.find("own"))
    assert [(host.name, host.role, host.ssh, host.user) for host in saved.hosts] == [
        ("m1", "control plane", None, "me"),
        ("m2", "control plane", "second", None),
    ]
    assert saved.network.control_plane_endpoint == "10.0.0.9:6443"
    assert "does not work: It does not say where SSH reaches m2." in said
    assert "CPUs each" not in said
