"""One address for several control planes: what haproxy and keepalived are told."""

from ipaddress import IPv4Address

from hypothesis import given
from hypothesis import strategies as some

from kubetui.software.addons import vip
from tests.plans import assert_golden

ADDRESSES = some.integers(2**24, 2**32 - 2**29).map(IPv4Address)
SHARED = IPv4Address("192.168.56.239")
PLANES = tuple(map(IPv4Address, ("192.168.56.101", "192.168.56.102", "192.168.56.103")))


def test_both_files_for_three_control_planes() -> None:
    named = dict(zip(("kubmaster", "kubmaster2", "kubmaster3"), PLANES, strict=True))
    texts = (vip.balancer(named, 6443), vip.failover(SHARED, PLANES[0], PLANES[1:]), vip.CHECK)
    assert_golden("vip.conf", "\n\n".join(texts) + "\n")


def test_alone_it_tells_nobody() -> None:
    assert "unicast" not in vip.failover(SHARED, PLANES[0], ())


@given(ADDRESSES, some.lists(ADDRESSES, min_size=2, max_size=5, unique=True))
def test_control_planes_agree_on_the_router_and_whoever_has_the_address_keeps_it(
    shared: IPv4Address, planes: list[IPv4Address]
) -> None:
    def field(text: str, name: str) -> int:
        (found,) = (line.split()[1] for line in text.splitlines() if line.strip().startswith(name))
        return int(found)

    texts = [vip.failover(shared, own, tuple(each for each in planes if each != own)) for own in planes]
    (router,) = {field(text, "virtual_router_id") for text in texts}
    assert 1 <= router <= 255
    assert len({field(text, "priority") for text in texts}) == 1
    assert all(field(text, "weight") < 0 for text in texts)
    for own, text in zip(planes, texts, strict=True):
        listed = text.partition("unicast_peer {")[2].partition("}")[0].split()
        assert set(listed) == set(map(str, planes)) - {str(own)}
