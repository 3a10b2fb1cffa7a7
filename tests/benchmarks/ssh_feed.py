"""Feed growing logs through real SSH connections: a server in a separate process, and the engine's side of it.

python -m tests.benchmarks.ssh_feed KEY LINES RATE      the server: prints its port and serves until terminated
"""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import asyncssh

from kubetui.base.redaction import redact
from kubetui.engine.events import Event, Line, RunFinished, RunStarted, Sink, TaskStarted
from kubetui.engine.order import tasks_of
from kubetui.engine.stop import Stop
from kubetui.engine.turns import Turns
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.record.logs import Logs
from kubetui.remote.command import Command
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.host_keys import HostKeys
from kubetui.remote.ssh import SshNode
from kubetui.steps.build import STEPS

TEXT = "[{number}] Unpacking package-{number}_1.36.1-1.1_amd64.deb over an older one, and saying so at some length\n"
PAUSE = 0.05


class SshFeed:
    """Stands in for the engine's steps: one connection per machine, whose command prints at a steady rate."""

    def __init__(self, rate: int, seconds: float, folder: Path) -> None:
        self.rate, self.seconds, self.folder = rate, seconds, folder
        self.logs = Logs(folder)
        self.fed = 0

    async def __call__(self, profile: Profile, sink: Sink, stop: Stop, _turns: Turns) -> RunFinished:
        def both(event: Event) -> None:
            self.logs(event)
            sink(event)

        plan = Plan(profile)
        names = [machine.name for machine in plan.machines]
        tasks = tasks_of(STEPS, plan)
        each = max(1, self.rate // len(names))
        lines = int(each * self.seconds)
        both(RunStarted(time.time(), profile.name, tuple(names), tasks))
        for task in tasks[: len(names)]:
            both(TaskStarted(time.time(), task, "Install kubelet, kubeadm and kubectl", "Because.", "a source"))
        key = self.folder / "key"
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(key)
        words = [sys.executable, "-m", "tests.benchmarks.ssh_feed", str(key), str(lines), str(each)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:  # noqa: ASYNC220 - before the screen
            assert server.stdout is not None
            port = int(await asyncio.to_thread(server.stdout.readline))
            keys = HostKeys(self.folder / "host-keys")

            async def follow(name: str) -> None:
                def log(text: str) -> None:
                    self.fed += 1
                    both(Line(time.time(), name, "kubernetes", redact(text)))

                node = SshNode(name, Endpoint("127.0.0.1", port, "bench", (key,)), keys)
                await node.connect(log)
                result = await node.run(Command("the server says what it says\n", timeout=600), log)
                assert result.ok
                await node.close()

            await asyncio.gather(*map(follow, names))
            server.terminate()
        assert self.fed == lines * len(names), "SSH lost lines"
        return RunFinished(time.time(), profile.name, 0, ok=False, changed=0, failed=0, blocked=0, stopped=True)


class _Server(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return False


async def serve(key: str, lines: int, rate: int) -> None:
    """Serve SSH: every command prints `lines` lines, `rate` a second."""

    async def talk(process: "asyncssh.SSHServerProcess[str]") -> None:
        began, said = time.monotonic(), 0
        while said < lines:
            due = min(lines, int((time.monotonic() - began) * rate) + 1)
            process.stdout.write("".join(TEXT.format(number=number) for number in range(said, due)))
            said = due
            await asyncio.sleep(PAUSE)
        process.exit(0)

    acceptor = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=_Server, server_host_keys=[key], process_factory=talk
    )
    print(acceptor.get_port(), flush=True)  # noqa: T201 - the parent process reads it
    await acceptor.wait_closed()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
