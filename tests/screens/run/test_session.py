import asyncio
import errno
import os
import signal
import threading
import time

import pytest

from kubetui.base.errors import BusyError
from kubetui.engine.events import Outcome, RunFinished, Sink, TaskFinished, TaskId
from kubetui.engine.stop import Stop
from kubetui.profile.schema.profile import Profile
from screens.log.buffers import text_of
from screens.run import session as sessions
from screens.run.session import Session, land, running_session
from screens.threads import EngineThread
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
    assert session.titles["kubmaster"].title == "Check the cluster"
    assert any("etcd/server" in getattr(entry, "text", "") for entry in session.buffers.of("kubmaster").since(0)[1])
    assert session.error is None


def test_the_engine_has_a_thread_and_a_loop_of_its_own() -> None:
    seen: list[object] = []

    async def run(profile: Profile, sink: Sink, stop: Stop) -> RunFinished:
        seen.extend([threading.current_thread(), asyncio.get_running_loop()])
        return RunFinished(0.0, profile.name, 0.0, ok=True, changed=0, failed=0, blocked=0)

    ended(Session(recorded.profile(), run))
    thread = seen[0]
    assert isinstance(thread, threading.Thread)
    assert thread is not threading.current_thread()
    assert not thread.daemon


def test_an_error_of_the_run_itself_is_kept() -> None:
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


def test_lines_that_the_log_leaves_out_are_told() -> None:
    profile = recorded.profile()
    end = recorded.finished(profile)[-1]
    done = TaskFinished(1.0, TaskId("images", "kubmaster"), Outcome.DONE, 1.0, left_out=7)
    session = ended(Session(profile, recorded.Recording([done, end])))
    entries = session.buffers.of("kubmaster").since(0)[1]
    assert text_of(entries[-1]) == "7 lines of its output are left out of the log, between its first and its last ones"


def test_a_gentle_stop_lets_what_runs_come_to_its_end() -> None:
    profile = recorded.profile()
    recording = recorded.Recording(recorded.until(profile, "init", "kubmaster"))
    session = Session(profile, recording)
    session.start()
    assert running_session("lab") is session
    session.stop()
    session.join(60)
    assert recording.landed
    assert running_session("lab") is None


def test_the_second_stop_cancels() -> None:
    cancelled = threading.Event()
    started = threading.Event()

    async def run(profile: Profile, sink: Sink, stop: Stop) -> RunFinished:
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
    session.stop()
    time.sleep(0.1)
    assert session.running
    session.stop()
    session.join(60)
    assert cancelled.is_set()


def test_a_look_that_is_cancelled_before_it_began_never_begins() -> None:
    began = threading.Event()

    async def look() -> None:
        began.set()

    thread = EngineThread("look", look, only_looks=True)
    thread.cancel()
    thread.start()
    thread.join(60)
    assert not thread.alive
    assert not began.is_set()


def test_landing_waits_for_every_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_sessions", [])
    profile = recorded.profile()
    recording = recorded.Recording(recorded.until(profile, "init", "kubmaster"))
    session = Session(profile, recording)
    session.start()
    said: list[str] = []
    land(said.append)
    assert recording.landed
    assert not session.running
    assert said == ["lab: what runs comes to its end. Ctrl+C stops at once; kubetui goes on from there."]
    land(said.append)
    assert len(said) == 1


def test_what_is_stopped_at_once_after_the_screen_is_waited_for_all_the_same() -> None:
    done = threading.Event()

    async def run(profile: Profile, _sink: Sink, _stop: Stop) -> RunFinished:
        while session.stop_requests < 2:  # noqa: ASYNC110 - a stop is a number
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        done.set()
        return RunFinished(0.0, profile.name, 0.0, ok=False, changed=0, failed=0, blocked=1, stopped=True)

    session = Session(recorded.profile(), run)
    session.start()
    ctrl_c = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    land(lambda _: ctrl_c.start())
    assert done.is_set()


def test_what_the_host_refuses_comes_with_its_fix() -> None:
    async def job() -> None:
        raise OSError(errno.EROFS, "Read-only file system", "/home/me/.local/state")

    thread = EngineThread("look", job)
    thread.start()
    thread.join(60)
    assert not thread.alive
    assert thread.error
    assert thread.error.id == "HOST-FILE"
    assert "/home/me/.local/state cannot be used" in thread.error.message
