"""The gauges: no word of them is ever cut."""

import pytest

from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from screens.app import KubetuiApp
from screens.host import HostFacts
from screens.wizard import gauges
from tests.screens.apps import fill, open_wizard
from tests.screens.hosts import FakeHost

SMALL = HostFacts(2_000, 900, 1, 3)
LARGE = HostFacts(2_000_000, 1_900_000, 256, 90_000)
UNKNOWN = HostFacts(16_000, 12_000, None, None)
PLANS = [Plan(Profile()), Plan(Profile.model_validate({"machines": {"workers": 99, "memory": 65_536, "cpus": 64}}))]


@pytest.mark.parametrize("width", [70, 80, 86, 99, 110, 160])
@pytest.mark.parametrize("facts", [SMALL, LARGE, UNKNOWN])
@pytest.mark.parametrize("plan", PLANS)
def test_every_row_fits_the_width(plan: Plan, facts: HostFacts, width: int) -> None:
    rows = gauges.picture(plan, facts, width).plain.splitlines()
    assert len(rows) == 3
    assert max(map(len, rows)) <= width


def test_extra_disks_count_as_full() -> None:
    chosen = Plan(Profile.model_validate({"machines": {"disks": [{"size": "10 GiB"}]}}))
    *_, disk = gauges.gauges(chosen, HostFacts(16_000, 12_000, 8, 47))
    assert (disk.words, disk.mark, disk.remark) == ("48 of 47 GiB", "attention", "tight")


class Small(FakeHost):
    """A host with too little of everything."""

    def facts(self) -> HostFacts:
        return SMALL


@pytest.mark.parametrize("size", [(80, 24), (110, 30), (120, 40), (160, 45), (200, 50)])
async def test_they_fit_their_place_on_the_page(size: tuple[int, int]) -> None:
    async with KubetuiApp(Small()).run_test(size=size) as pilot:
        await open_wizard(pilot)
        await fill(pilot, "Workers", "9")
        picture = pilot.app.screen.query_one("#picture")
        rows = str(picture.render()).splitlines()
        assert rows[0].endswith("too much")
        assert max(map(len, rows)) <= picture.size.width
        assert picture.size.height == 3


def test_containers_are_counted_as_the_check_counts_them() -> None:
    lxc = Plan(Profile.model_validate({"provider": "lxc", "network": {"pod_network": "kube-router"}}))
    memory, *_ = gauges.gauges(lxc, LARGE)
    assert (memory.words.split()[0], memory.remark) == ("3.7", "shared: 1.2 GiB each")
