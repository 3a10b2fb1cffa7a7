"""Measure memory while a step floods its output through a real SSH connection and the engine.

python -m tests.flood FOLDER BYTES      prints the result as JSON
"""

import asyncio
import json
import os
import resource
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from kubetui.engine.events import Event, Outcome, TaskFinished
from kubetui.engine.step import Recipe
from kubetui.record.logs import Logs
from kubetui.remote.command import Command
from screens.log.buffers import Buffers
from tests.fakes import Bench, step
from tests.loopback import guest
from tests.plans import plan

SCRIPT = """
printf 'the first line\\n'
head -c "$BYTES" < <(yes "$FILLER") | awk '{print NR, $0}'
printf 'the last line\\n'
"""
WARM = "2000000"


async def flood(folder: Path, bytes_: str) -> tuple[TaskFinished, Buffers]:
    """Run a step that prints this many bytes; return how it ended, and the log buffers."""
    buffers = Buffers(["kubmaster"])
    ended: list[TaskFinished] = []
    (folder / "machine").mkdir(parents=True)
    (folder / "logs").mkdir()
    async with guest(folder / "machine") as machine:
        with closing(Logs(folder / "logs")) as logs:

            def sinks(event: Event) -> None:
                logs(event)
                if isinstance(event, TaskFinished):
                    ended.append(replace(event, left_out=logs.left_out(event.task)))
                elif hasattr(event, "machine") or hasattr(event, "task"):
                    buffers.append(event)  # type: ignore[arg-type]  # hasattr narrowed it

            command = Command(SCRIPT, {"BYTES": bytes_, "FILLER": "x" * 180})
            node = machine.node()
            await node.connect(lambda _line: None)
            bench = Bench(plan(workers=0), (step("flood", recipe=Recipe(command)),))
            bench.run.nodes["kubmaster"] = node
            await bench.execute(sinks, seconds=300)
    return ended[0], buffers


def peak() -> int:
    """Return the peak memory of this process, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    """Warm up, flood, and print the memory growth and what was kept."""
    folder = Path(sys.argv[1])
    os.environ["XDG_STATE_HOME"] = str(folder)
    asyncio.run(flood(folder / "warm", WARM))
    before = peak()
    ended, buffers = asyncio.run(flood(folder / "flood", sys.argv[2]))
    assert ended.outcome is Outcome.DONE, ended
    document = {"growth": peak() - before, "left_out": ended.left_out, "shown": len(buffers.all)}
    sys.stdout.write(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
