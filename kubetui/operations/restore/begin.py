"""Decides what a backup is restored as, and writes down that this began; `kubetui.operations.up` does it then."""

from __future__ import annotations

from ipaddress import IPv4Address

from kubetui.base.errors import UsageError
from kubetui.base.files import room, write_private
from kubetui.cluster import restoring
from kubetui.cluster.backup import PROFILE, Backup
from kubetui.cluster.folder import Cluster
from kubetui.operations.connect import refuse_rehearsal
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile


def profile_of(backup: Backup, name: str = "", first_address: IPv4Address | None = None) -> Profile:
    """Return the profile that a backup is restored as: its own, under another name or at other addresses if wanted.

    Kubernetes is exactly the backup's: no older etcd reads what a newer one wrote. Raises ProfileError where the
    profile in the backup cannot be read, or is wrong with the new name or addresses.
    """
    where = f"{backup.path}: {PROFILE}"
    found = profilefile.parse(backup.profile, where)
    kubernetes = found.kubernetes.model_copy(update={"version": backup.manifest.kubernetes})
    changes: dict[str, object] = {"name": name or found.name, "kubernetes": kubernetes}
    if first_address is not None:
        changes["network"] = found.network.model_copy(update={"first_address": first_address})
    return profilefile.parse(profilefile.dump(found.model_copy(update=changes)), where)


def goes_on(backup: Backup, profile: Profile) -> bool:
    """Return whether exactly this restore is under way already, so that nothing more is lost by going on."""
    found = restoring.pending(Cluster(profile.name))
    return found is not None and (found.digest, found.profile) == (backup.digest, profilefile.dump(profile))


def refuse_unfit(profile: Profile) -> None:
    """Raise UsageError for a rehearsal, or where a cluster of that name exists that kubetui cannot replace."""
    cluster, wanted = Cluster(profile.name), Plan(profile)
    refuse_rehearsal(wanted, "and nothing can be restored into it", "kubetui explain etcd tells what a backup holds.")
    if not cluster.exists:
        return
    built = Plan(profilefile.load_built(cluster))
    if built.provider != wanted.provider or not wanted.provider.makes_machines:
        raise UsageError(
            f"{profile.name} exists, and kubetui makes only its own machines anew, with the same provider.",
            fix=f"Restore it under another name, or first run: kubetui destroy {profile.name}",
        )


def begin(backup: Backup, profile: Profile) -> None:
    """Write down that a backup is being restored as this profile, with a copy of it; from then on `up` goes on.

    Does again what a killed kubetui has not come to. Raises BusyError while a run holds the cluster.
    """
    cluster, text = Cluster(profile.name), profilefile.dump(profile)
    # its machines are made anew, whatever else was begun with them
    with room(cluster.folder), cluster.lock("destroy"):
        cluster.create()
        if not goes_on(backup, profile):
            restoring.begin(cluster, backup, text)
        for begun in (cluster.upgrade, cluster.reverting):
            begun.unlink(missing_ok=True)
        write_private(cluster.profile, text)
