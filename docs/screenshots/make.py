"""Make the README's screenshots from the running wizard: `python docs/screenshots/make.py`.

The wizard runs without a terminal and rehearses a cluster: the screens and the pipeline are real, and the machines
play back a recording. The screenshots are labelled a rehearsal.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SIZE = (100, 30)
PATIENCE = 90.0
"""The most seconds to wait for a screen."""


async def main() -> None:
    """Go from the start screen to the finished cluster, and take screenshots on the way."""
    from screens.app import KubetuiApp

    app = KubetuiApp()
    async with app.run_test(size=SIZE) as pilot:

        async def until(text: str) -> None:
            async with asyncio.timeout(PATIENCE):
                while text not in app.export_screenshot(simplify=True).replace("&#160;", " "):
                    await pilot.pause(0.1)
            await pilot.pause(0.3)

        def picture(name: str) -> None:
            (HERE / f"{name}.svg").write_text(app.export_screenshot(title="kubetui"))

        await until("rehearsal")
        await pilot.press("slash", *"rehearsal", "enter")
        picture("start")
        await pilot.press("enter")
        await until("Memory each")
        picture("machines")
        await pilot.press("enter")
        await until("Pod CIDR")
        picture("network")
        await pilot.press("enter")
        await until("Version")
        await pilot.press("enter")
        await until("Without the wizard")
        await pilot.press(*["down"] * 4)
        await pilot.pause(0.3)
        picture("review")
        await pilot.press("enter")
        await until("kubeadm init")
        picture("run")
        await until("is ready")
        await until("INTERNAL-IP")
        picture("cluster")
        app.exit()
    app.threads.finish(print)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"XDG_STATE_HOME": f"{home}/state", "XDG_CONFIG_HOME": f"{home}/config"}
        asyncio.run(main())
