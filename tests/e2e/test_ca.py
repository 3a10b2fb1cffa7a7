"""Mirrors that show certificates of a company's own authority: trusted with mirrors.ca, and named without it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.certificates import Issuer, issuer
from tests.e2e.conftest import LANE, Lab, Maker
from tests.e2e.existing import Existing, try_up
from tests.e2e.faults import front
from tests.e2e.mutations import differences
from tests.e2e.running import running
from tests.e2e.test_interrupted import assert_whole
from tests.e2e.test_up import assert_nothing_left, nodes, planned

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PORTS = 3205 + 10 * LANE, 3206 + 10 * LANE
STORE = "/etc/ssl/certs/ca-certificates.crt"
FIRST, SECOND = (f"/usr/local/share/ca-certificates/kubetui-{number}.crt" for number in (1, 2))


@contextmanager
def behind_tls(lab: Lab, folder: Path, authority: Issuer) -> Iterator[dict[str, Any]]:
    """Run TLS in front of the package mirror and the registry; yield the mirrors that lead there."""
    mirrors = lab.document["mirrors"]
    real, images = mirrors["packages"]["url"], next(iter(mirrors["registries"].values()))
    place = urlsplit(real)
    shown = folder / "server.pem"
    shown.write_text(authority.signed(place.hostname or ""))
    packages, registry = PORTS
    with (
        front(lab, f"http://{place.netloc}", packages, folder, shown) as mirror,
        front(lab, images, registry, folder, shown) as store,
    ):

        def moved(group: str) -> dict[str, str]:
            return {key: url.replace(f"http://{place.netloc}", mirror.url) for key, url in mirrors[group].items()}

        yield {
            **{group: moved(group) for group in ("packages", "containerd")},
            "registries": dict.fromkeys(mirrors["registries"], store.url),
        }


def test_a_companys_authority_is_trusted_exchanged_and_forgotten(fresh: Maker, tmp_path: Path) -> None:
    one, two = issuer("Example one"), issuer("Example two")
    file = tmp_path / "company.pem"
    alone: dict[str, Any] = {"machines": {"workers": 1}}
    with behind_tls(fresh("company", **alone), tmp_path, one) as mirrors:
        lab = fresh("company", **alone, mirrors=mirrors)
        with running(lab) as run:
            assert run.end() != 0
        assert set(run.errors().values()) == {"CA-UNKNOWN"}, run.errors()
        # the same cluster: nothing but the field is new
        file.write_text(one.pem)
        lab = fresh("company", **alone, mirrors={**mirrors, "ca": str(file)})
        assert "CN=Example one, SHA-256 " in lab.kubetui("plan", str(lab.profile))
        lab.up()
        assert nodes(lab) == planned(lab)
        assert "nothing changed" in lab.up()
        assert differences(lab) == set()

        lab.on("kubnode1", f"rm {FIRST}")
        assert differences(lab) == {("kubnode1", "trust")}
        lab.kubetui("mend", lab.name, "trust")
        assert differences(lab) == set()

        before = {name: lab.on(name, "systemctl show containerd --property=MainPID") for name in planned(lab)}
        file.write_text(one.pem + two.pem)
        lab.up()
        for name in planned(lab):
            assert lab.on(name, f"cat {FIRST} {SECOND}").replace("\r", "") == one.pem + two.pem
            assert lab.on(name, "systemctl show containerd --property=MainPID") != before[name]
        assert_whole(lab)

        lab = fresh("company", **alone, mirrors=mirrors)
        assert "nothing changed" not in lab.up()
        for name in planned(lab):
            assert lab.on(name, f"ls {FIRST} {SECOND} 2>&1 || true").count("No such file") == 2
            gone = f"grep -qF '{one.pem.splitlines()[2]}' {STORE} && echo there || echo gone"
            assert lab.on(name, gone).strip() == "gone"
        assert "nothing changed" in lab.up()
    lab.kubetui("destroy", lab.name, "--yes")
    assert_nothing_left(lab)


def test_an_existing_machine_forgets_the_authority_when_it_is_given_back(fresh: Maker, tmp_path: Path) -> None:
    authority = issuer()
    (tmp_path / "company.pem").write_text(authority.pem)
    lender = fresh("lends")
    machines = Existing(tmp_path / "machines", lender, {f"borrowed{LANE}": f"192.168.64.{200 + LANE}"})
    try:
        machines.start(lender.document["machines"]["box"])
        (name,) = machines.addresses
        before = machines.look()
        with behind_tls(lender, tmp_path, authority) as mirrors:
            whole = {**lender.document["mirrors"], **mirrors, "ca": str(tmp_path / "company.pem")}
            lab = Existing(
                machines.folder,
                Lab(lender.name, lender.profile, lender.state, {**lender.document, "mirrors": whole}),
                machines.addresses,
            ).profile("borrows", machines.hosts(("control plane",)))
            code, said = try_up(lab)
            assert code == 0, said
            assert machines.on(name, f"cat {FIRST}").strip() == authority.pem.strip()
            lab.kubetui("destroy", lab.name, "--hosts", name)
        assert machines.look() == before
    finally:
        machines.vagrant("destroy", "--force")
