"""What the steps that make a machine a node teach: their commands as a person types them, concepts and changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kubetui.base.redaction import url_user
from kubetui.base.scripts import typed, written
from kubetui.engine.step import Teaching
from kubetui.profile.credentials import plain
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan
from kubetui.software.runtimes.archive import Archive
from kubetui.software.runtimes.upstream import SYSTEM_MARK
from kubetui.steps.kubeadm import REGISTRY
from kubetui.steps.machine.proxy import of_packages, packages_configuration
from kubetui.steps.node.archive import ANY, sources
from kubetui.steps.node.repositories import (
    Repository,
    kubernetes_repository,
    runtime_repository,
    upstream_repository,
    version_pattern,
)

KUBERNETES: Final = ("kubelet", "kubeadm", "kubectl")
CNI: Final = "kubernetes-cni"
_CURL: Final = ("curl", "--fail", "--silent", "--show-error", "--location", "--max-time")
_SYSTEM: Final = "THE-SYSTEM"
_ON_EVERY: Final = ("kube-proxy:v{version}", "coredns{coredns}:<version>", "pause:<version>")
_ON_CONTROL_PLANES: Final = (
    *(f"kube-{name}:v{{version}}" for name in ("apiserver", "controller-manager", "scheduler")),
    "etcd:<version>",
)


def _base(plan: Plan, machine: Machine) -> tuple[str, ...]:
    family = machine.family
    content = packages_configuration(plan, family)
    proxied = (written(family.proxy_file, _shown(content)),) if content else ()
    return (*proxied, family.typed.refresh, f"{family.typed.install} {family.called(family.base)}")


def _shown(value: object) -> str | None:
    """Return a file's content, which only root may read where it has a password."""
    return value if isinstance(value, str) and "@" not in value else None


BASE: Final = Teaching(
    commands=_base,
    concepts=("package-repository", "kubeadm"),
    changes=lambda plan, machine: (
        *((f"file {machine.family.proxy_file}",) if of_packages(plan, machine.family) else ()),
        *(f"package {name}" for name in machine.family.called(machine.family.base).split()),
    ),
)


def _repository(plan: Plan, machine: Machine, repository: Repository) -> tuple[str, ...]:
    """Return the commands that fetch a repository's key and add the repository."""
    key, url = f"/run/kubetui-{repository.name}.key", repository.url.replace(SYSTEM_MARK, "<system>")
    # a placeholder would be quoted, and what takes its place is not
    fetched = _fetch(plan, repository.key.replace(SYSTEM_MARK, _SYSTEM), key, 60).replace(_SYSTEM, "<system>")
    return (fetched, *machine.family.typed.repository(repository.name, url, key, repository.component))


def _fetch(plan: Plan, url: str, file: str, seconds: int) -> str:
    """Return the command that downloads a file; a URL with a password goes to curl's standard input."""
    start, _, rest = url.partition("//")
    secret = "@" in url
    through = ("--config", "-") if plan.profile.mirrors.http_proxy and not secret else ()
    source = f"{start}//<user and password>@{rest.rpartition('@')[2]}" if secret else url
    return typed(*_CURL, str(seconds), "--output", file, *through, source)


def _upstream(plan: Plan, machine: Machine) -> bool:
    source = plan.profile.kubernetes.runtime_packages
    lacking = source == "auto" and not machine.family.lacks.isdisjoint(plan.runtime.packages)
    # the machines that rehearsals play had upstream's packages
    wanted = plan.provider.rehearsal or source == "upstream" or lacking
    return plan.runtime.upstream is not None and wanted


def _runtime(plan: Plan, machine: Machine) -> tuple[str, ...]:
    family, runtime = machine.family, plan.runtime
    unpacked = _archive(plan, runtime.archive) if runtime.archive else ()
    if runtime.upstream is not None and _upstream(plan, machine):
        added = _repository(plan, machine, upstream_repository(plan, runtime.upstream, family))
        return (*unpacked, *added, f"{family.typed.install} {family.called(runtime.upstream.packages)}")
    added = _repository(plan, machine, runtime_repository(plan, family)) if runtime.repository else ()
    return (*unpacked, *added, f"{family.typed.install} {family.called(runtime.packages)}")


def _archive(plan: Plan, archive: Archive) -> tuple[str, ...]:
    """Return the commands that fetch and unpack a program's archive; on amd64, where the processor matters."""
    found = sources(plan, archive)
    url, _ = found.get(ANY) or found["amd64"]
    place = f"/var/lib/kubetui/{archive.name}"
    packed = f"{place}/{archive.name}.tgz"
    return (
        _fetch(plan, url, packed, 900),
        typed("tar", "--extract", "--gzip", "--no-same-owner", f"--file={packed}", f"--directory={place}"),
        typed("install", "--mode=755", f"{place}/{archive.name}/{archive.name}", archive.program),
    )


def _runtime_packages(plan: Plan, machine: Machine) -> tuple[str, ...]:
    runtime = plan.runtime
    chosen = runtime.upstream.packages if runtime.upstream and _upstream(plan, machine) else runtime.packages
    unpacked = (f"file {runtime.archive.program}",) if runtime.archive else ()
    return (*(f"package {name}" for name in machine.family.called(chosen).split()), *unpacked)


RUNTIME: Final = Teaching(commands=_runtime, concepts=("runtime", "cri"), changes=_runtime_packages)
REPOSITORY: Final = Teaching(
    commands=lambda plan, machine: _repository(plan, machine, kubernetes_repository(plan, machine.family)),
    concepts=("package-repository", "version-skew"),
    changes=lambda _plan, _machine: ("the package repository kubernetes, and its key",),
)


def _proxied(plan: Plan, unit: str) -> tuple[str, ...]:
    if not plan.profile.mirrors.http_proxy:
        return ()
    file = f"/etc/systemd/system/{unit}.service.d/20-kubetui-proxy"
    drop_in = f"[Service]\nEnvironmentFile=-{file}.env"
    return (written(f"{file}.env"), written(f"{file}.conf", drop_in), "systemctl daemon-reload")


def _kubernetes(plan: Plan, machine: Machine) -> tuple[str, ...]:
    words = machine.family.typed
    packages = typed(*(f"{name}{words.at}{version_pattern(plan)}" for name in KUBERNETES), CNI)
    proxied = _proxied(plan, "kubelet")
    return (
        *proxied,
        f"{words.pinned} {packages}",
        *(["systemctl try-restart kubelet"] if proxied else []),
        *words.held(*KUBERNETES, CNI),
        "systemctl enable kubelet",
    )


PACKAGES: Final = Teaching(
    commands=_kubernetes,
    concepts=("kubelet", "kubeadm", "kubectl", "package-hold"),
    changes=lambda plan, _machine: (
        *(f"package {name} {plan.version}, held" for name in KUBERNETES),
        f"package {CNI}, held",
        "unit kubelet, enabled",
    ),
)


def _configure(plan: Plan, _machine: Machine) -> tuple[str, ...]:
    runtime = plan.runtime
    return (
        *_prepared(plan),
        written(runtime.config_file),
        written("/etc/crictl.yaml", runtime.crictl),
        *_proxied(plan, runtime.unit),
        *_mirrors(plan),
        f"systemctl enable {runtime.unit}",
        f"systemctl restart {runtime.unit}",
    )


def _prepared(plan: Plan) -> Iterator[str]:
    """Yield the commands that come before a runtime's own service is configured."""
    runtime = plan.runtime
    for path, content in runtime.files({**plan.profile.mirrors.registries, **plan.own_registries}).items():
        yield written(path, content)
    if runtime.daemon:
        yield from _proxied(plan, runtime.daemon)
        yield "systemctl daemon-reload"
        yield f"systemctl enable {runtime.daemon} {runtime.unit}.socket"
        yield f"systemctl restart {runtime.daemon}"


def _mirrors(plan: Plan) -> Iterator[str]:
    if plan.runtime.mirror is None:
        return
    for registry, url in plan.profile.mirrors.registries.items():
        path, content = plan.runtime.mirror(registry, plain(url))
        # a password is for root only
        yield written(path, None if url_user(url) else content)


RUNTIME_CONFIG: Final = Teaching(
    commands=_configure,
    concepts=("cgroup-driver", "pause-image", "cri"),
    changes=lambda plan, _machine: (
        *(f"file {path}" for path in plan.runtime.files({**plan.profile.mirrors.registries, **plan.own_registries})),
        f"file {plan.runtime.config_file}",
        "file /etc/crictl.yaml",
        f"unit {plan.runtime.unit}, enabled and restarted",
    ),
)


def images(plan: Plan, machine: Machine) -> tuple[str, ...]:
    """Return the images that a machine pulls; only the installed kubeadm knows some of their versions."""
    own, mirror = plan.profile.mirrors.image_repository, plan.renamed.get(REGISTRY, REGISTRY)
    place, coredns = plan.cluster_network.placed(own) if own else mirror, "" if own else "/coredns"
    names = _ON_EVERY if machine.role is Role.WORKER else (*_ON_CONTROL_PLANES, *_ON_EVERY)
    version = plan.version if plan.exact_version else f"{plan.version}.<patch>"
    kubernetes = (f"{place}/{name.format(version=version, coredns=coredns)}" for name in names)
    return (*kubernetes, *plan.pod_network.images(plan.cluster_network))


IMAGES: Final = Teaching(
    commands=lambda plan, machine: tuple(f"crictl pull {image}" for image in images(plan, machine)),
    concepts=("image", "cri", "static-pod"),
    changes=lambda plan, machine: tuple(f"image {image}" for image in images(plan, machine)),
)
