"""A run under the wizard, and waiting for it after the screen has closed."""

import asyncio
import errno
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from kubetui.base.errors import BusyError
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Outcome, RunFinished, Sink, TaskFinished, TaskId
from kubetui.engine.stop import Stop
from kubetui.engine.turns import Turns
from kubetui.profile.files import file as profilefile
from kubetui.profile.roster import shrunk
from kubetui.profile.schema.profile import Profile
from screens.explain.lesson import lesson
from screens.log.buffers import text_of
from screens.run.session import Session
from screens.threads import EngineThread, Threads
from tests.screens import recorded


def ended(session: Session) -> Session:
    session.start()
    session.join(60)
    session.drain()
    return session


def test_a_run_is_folded_into_progress_and_buffers() -> None:
    profile = recorded.profile()
    session = ended(Session(profile, recorded.Recording(recorded.finished(profile))))
    assert session.progress.finished is not None
    assert session.progress.finished.ok
    assert session.progress.done == len(session.progress.tasks)
    assert session.titles["kubmaster"].title == "Prove that the cluster works"
    assert any("etcd/server" in getattr(entry, "text", "") for entry in session.buffers.of("kubmaster").since(0)[1])
    assert session.error is None


def test_a_machine_that_leaves_has_its_own_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    profile = recorded.profile()
    cluster = Cluster(profile.name)
    cluster.create()
    cluster.profile.write_text(profilefile.dump(profile))
    session = Session(shrunk(profile, ["kubnode1"]), leaving=["kubnode1"])
    assert list(session.buffers) == ["kubmaster", "kubnode2", "kubnode1"]
    taught = lesson(session.plan, "kubnode1", "drain")
    assert taught
    assert taught.commands[0].startswith("kubectl drain kubnode1 --ignore-daemonsets")


def test_the_engine_has_its_own_thread_and_loop() -> None:
    seen: list[object] = []

    async def run(profile: Profile, sink: Sink, stop: Stop, _turns: Turns) -> RunFinished:
        seen.extend([threading.current_thread(), asyncio.get_running_loop()])
        return RunFinished(0.0, profile.name, 0.0, ok=True, changed=0, failed=0, blocked=0)

    ended(Session(recorded.profile(), run))
    thread = seen[0]
    assert isinstance(thread, threading.Thread)
    assert thread is not threading.current_thread()
    assert not thread.daemon


def test_an_error_of_the_whole_run_is_kept() -> None:
    profile = recorded.profile()
    busy = BusyError("Another kubetui (process 4711) works on lab.", fix="Wait.")
    session = ended(Session(profile, recorded.Recording(recorded.everything(profile)[:1], busy)))
    assert session.error is busy


def test_an_unexpected_error_is_one_line_without_secrets_or_escapes() -> None:
    profile = recorded.profile()
    error = RuntimeError("token abcdef.0123456789abcdef\n\x1b]52;c;x\x07 is bad")
    session = ended(Session(profile, recorded.Recording(recorded.everything(profile)[:1], error)))
    assert session.error is not None
    assert session.error.id == "UNEXPECTED"
    assert session.error.message.startswith("RuntimeError: token ********")
    assert session.error.message.isprintable()
    assert "abcdef" not in session.error.message


def test_the_log_reports_the_lines_it_left_out() -> None:
    profile = recorded.profile()
    end = recorded.finished(profile)[-1]
    done = TaskFinished(1.0, TaskId("images", "kubmaster"), Outcome.DONE, 1.0, left_out=7)
    session = ended(Session(profile, recorded.Recording([done, end])))
    entries = session.buffers.of("kubmaster").since(0)[1]
    assert text_of(entries[-1]) == "7 lines of its output are left out of the log, between its first and its last ones"


def test_winding_down_finishes_running_steps() -> None:
    profile, threads = recorded.profile(), Threads()
    recording = recorded.Recording(recorded.until(profile, "init", "kubmaster"))
    session = Session(profile, recording)
    threads.start(session)
    assert threads.find(Session, "lab") is session
    assert threads.find(Session, "other") is None
    assert threads.find(EngineThread, "lab") is None
    session.wind_down()
    session.join(60)
    assert recording.finished
    assert threads.find(Session, "lab") is None


def test_stopping_now_cancels_running_steps() -> None:
    cancelled = threading.Event()
    started = threading.Event()

    async def run(profile: Profile, sink: Sink, stop: Stop, _turns: Turns) -> RunFinished:
        async def work() -> None:
            started.set()
            await asyncio.sleep(60)

        task = asyncio.ensure_future(work())
        try:
            with stop.cancels([task]):
                await task
        except asyncio.CancelledError:
            cancelled.set()
        return RunFinished(0.0, profile.name, 0.0, ok=False, changed=0, failed=0, blocked=1, stopped=True)

    session = Session(recorded.profile(), run)
    session.start()
    assert started.wait(60)
    session.wind_down()
    time.sleep(0.1)
    assert session.running
    session.stop_now()
    session.join(60)
    assert cancelled.is_set()


def test_a_thread_cancelled_before_it_started_never_runs_its_job() -> None:
    began = threading.Event()

    async def look() -> None:
        began.set()

    thread = EngineThread("look", look, daemon=True)
    thread.stop_now()
    thread.start()
    thread.join(60)
    assert not thread.running
    assert not began.is_set()


def test_finishing_waits_for_every_run() -> None:
    profile, threads = recorded.profile(), Threads()
    recording = recorded.Recording(recorded.until(profile, "init", "kubmaster"))
    session = Session(profile, recording)
    threads.start(session)
    said: list[str] = []
    threads.finish(said.append)
    assert recording.finished
    assert not session.running
    assert said == ["lab: finishing running steps. Press Ctrl+C to stop now; the next run continues from there."]
    threads.finish(said.append)
    assert len(said) == 1


def test_ctrl_c_while_finishing_stops_now_and_still_waits() -> None:
    done = threading.Event()

    async def run(profile: Profile, _sink: Sink, stop: Stop, _turns: Turns) -> RunFinished:
        while not stop.forced:  # noqa: ASYNC110 - a stop is a flag
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        done.set()
        return RunFinished(0.0, profile.name, 0.0, ok=False, changed=0, failed=0, blocked=1, stopped=True)

    threads = Threads()
    threads.start(Session(recorded.profile(), run))
    ctrl_c = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    threads.finish(lambda _: ctrl_c.start())
    assert done.is_set()


def test_finishing_lets_other_work_end_and_ctrl_c_cancels_it() -> None:
    ended: list[str] = []

    async def short() -> None:
        await asyncio.sleep(0.2)
        ended.append("short")

    async def endless() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("endless")

    threads = Threads()
    threads.start(EngineThread("destroy lab", short))
    said: list[str] = []
    threads.finish(said.append)
    assert (ended, [text.partition(":")[0] for text in said]) == (["short"], ["destroy lab"])
    threads.start(EngineThread("destroy exam", endless))
    ctrl_c = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    threads.finish(lambda _: ctrl_c.start())
    assert ended == ["short", "endless"]


def test_an_error_of_the_host_has_a_fix() -> None:
    async def job() -> None:
        raise OSError(errno.EROFS, "Read-only file system", "/home/me/.local/state")

    thread = EngineThread("look", job)
    thread.start()
    thread.join(60)
    assert not thread.running
    assert thread.error
    assert thread.error.id == "HOST-FILE"
    assert "/home/me/.local/state cannot be used" in thread.error.message
