"""Which version of Kubernetes a cluster can go to, and its profile once it is there.

Control planes go from one minor version to the next, and never back (kubernetes.io, "Version Skew Policy").
"""

from __future__ import annotations

from kubetui.base.errors import UsageError
from kubetui.profile.schema.fields import NEWEST_MINOR
from kubetui.profile.schema.mirrors import PackageRepository
from kubetui.profile.schema.profile import Profile


def next_version(built: str, wanted: str | None, name: str) -> str:
    """Return the version that the cluster `name`, which has `built`, goes to: the wanted one, or else the next minor.

    Raises UsageError for a version that it has already, an older one, and one behind another minor version.
    """
    now, minor = _parts(built), _parts(built)[1]
    if wanted is None:
        if minor >= NEWEST_MINOR:
            raise UsageError(
                f"{name} has Kubernetes {built}, and this kubetui knows no newer minor version than 1.{NEWEST_MINOR}.",
                fix=f"Name the version that you want: kubetui upgrade {name} --to 1.{minor}.PATCH",
            )
        return f"1.{minor + 1}"
    then = _parts(wanted)
    if then[:2] == now[:2]:
        _refuse_patch(built, wanted, name)
    elif then < now:
        raise UsageError(
            f"{name} has Kubernetes {built}, and a cluster cannot go back to {wanted}: etcd may hold what the "
            "older version cannot read.",
            fix="Build another cluster with the older version.",
            id="UPGRADE-BACK",
        )
    elif then[1] > minor + 1:
        raise UsageError(
            f"{name} has Kubernetes {built}, and kubeadm skips no minor version on the way to {wanted}.",
            fix=f"Go there step by step: kubetui upgrade {name} --to 1.{minor + 1}",
            id="UPGRADE-SKIP",
        )
    return wanted


def _refuse_patch(built: str, wanted: str, name: str) -> None:
    """Raise UsageError unless `wanted`, of the same minor version, is a patch release that may be newer."""
    now, then = _parts(built), _parts(wanted)
    if len(then) < len("XYZ"):
        raise UsageError(
            f"{name} has Kubernetes {built} already.",
            fix=f"For another patch release, name it: kubetui upgrade {name} --to {wanted}.PATCH",
        )
    if then == now:
        raise UsageError(f"{name} has Kubernetes {built} already.", fix="Name a newer one.")
    if len(now) == len(then) and then < now:
        raise UsageError(
            f"{name} has Kubernetes {built}, and a cluster does not go back to {wanted}.",
            fix="Name a newer one.",
            id="UPGRADE-BACK",
        )


def upgraded(profile: Profile, version: str) -> Profile:
    """Return a profile with another version; a mirror of packages that names the minor version names the new one."""
    was, now = (f"v{'.'.join(each.split('.')[:2])}" for each in (profile.kubernetes.version, version))
    mirror = profile.mirrors.packages
    if mirror is not None:
        mirror = PackageRepository(
            url=_moved(mirror.url, was, now),
            key=_moved(mirror.key, was, now) if mirror.key else None,
            fingerprint=mirror.fingerprint,
        )
    return profile.model_copy(
        update={
            "kubernetes": profile.kubernetes.model_copy(update={"version": version}),
            "mirrors": profile.mirrors.model_copy(update={"packages": mirror}),
        }
    )


def _moved(url: str, was: str, now: str) -> str:
    """Return a URL whose path names another minor version, where it names one at all."""
    return "/".join(now if part == was else part for part in url.split("/"))


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
