"""What the start screen lists: clusters, profiles, and unsaved answers.

This file imports everything that needs pydantic; the start screen imports it after its first frame.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from kubetui.profile.files import library
from kubetui.profile.words import in_words, is_rehearsal
from kubetui.record.state import ClusterState
from screens.host import Host
from screens.start.rows import cluster_row, draft_row, entry_row, heading
from screens.start.standings import Standings
from screens.widgets.chrome import marked
from screens.wizard.draft import Draft

Row = tuple[str, Content]


class Shelf:
    """Everything that can be opened, each under an id: `cluster NAME`, `saved NAME`, `starter NAME`, `draft NUMBER`."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._drafts: list[Draft] = []
        self.standings = Standings(host)
        self._entries: dict[str, library.Entry] = {}
        self.read()

    def read(self) -> None:
        """Read the folders again: another screen may have built or saved something."""
        self.standings.read()
        entries = library.listing()
        if not self.host.builds():
            # rehearsals first: they are what works here
            entries = tuple(sorted(entries, key=lambda each: not is_rehearsal(each.profile)))
        self._entries = {f"{each.kind} {each.name}": each for each in entries}
        self._drafts = [draft for draft in self._drafts if draft.changed]

    @property
    def _clusters(self) -> dict[str, ClusterState]:
        return {f"cluster {name}": each for name, each in self.standings.all.items()}

    def rows(self, sought: str, width: int) -> list[Row]:
        """Return the rows that contain `sought`, under headings, `width` columns wide."""
        now = self.host.now()
        rows = [("-clusters", heading("Clusters"))]
        rows += _sifted(sought, ((id_, cluster_row(each, width, now)) for id_, each in self._clusters.items()))
        if len(rows) == 1:
            rows.append(("-none", Content.styled("   none" if sought else "   none yet: press n for a new one", "dim")))
        rows += [("-gap", Content("")), ("-profiles", heading("Profiles"))]
        rows += _sifted(sought, ((f"draft {index}", draft_row(draft, width)) for index, draft in self._new_drafts()))
        rows += _sifted(
            sought,
            (
                (id_, entry_row(each, width, edited=self._edited(each) is not None))
                for id_, each in self._entries.items()
            ),
        )
        return rows

    def about(self, chosen: str) -> Content:
        """Describe a row."""
        cluster, entry = self._clusters.get(chosen), self._entries.get(chosen)
        draft = self.draft(chosen)
        if entry is not None and entry.error:
            error = entry.error.replace(str(entry.path), entry.path.name)
            return Content.assemble(marked("failed", "kubetui cannot read this profile"), f"\n{error}")
        look = draft.look() if draft else None
        profile = (
            look.profile
            if look
            else cluster.plan.profile
            if cluster and cluster.plan
            else entry.profile
            if entry
            else None
        )
        if profile is None:
            return Content("")
        if look and look.plan is None:
            return marked("failed", "Its first address is too high: the other machines' addresses count up from it.")
        note = Content.styled("Changed, not saved. ", "$warning") if draft else Content("")
        return Content.assemble(("Description\n", "bold"), note, in_words(profile))

    def cluster(self, chosen: str) -> ClusterState | None:
        """Return a row's cluster."""
        return self._clusters.get(chosen)

    def draft(self, chosen: str) -> Draft | None:
        """Return a row's unsaved answers: its own, or the edits of its profile."""
        if chosen.startswith("draft "):
            return self._drafts[int(chosen.removeprefix("draft "))]
        entry = self._entries.get(chosen)
        return self._edited(entry) if entry else None

    def answers(self, chosen: str) -> Draft | None:
        """Return the answers to open for a row, and keep them from now on."""
        entry = self._entries.get(chosen)
        draft = self.draft(chosen)
        if draft is None and entry is not None and entry.profile is not None:
            draft = self._kept(Draft(entry.profile, entry.name))
        return draft

    def fresh(self) -> Draft:
        """Return the answers for a new cluster."""
        return self._kept(Draft(self.host.first_choice()))

    def forget(self, draft: Draft) -> None:
        """Drop unsaved answers."""
        self._drafts.remove(draft)

    def _kept(self, draft: Draft) -> Draft:
        self._drafts.append(draft)
        return draft

    def _new_drafts(self) -> list[tuple[int, Draft]]:
        return [(index, draft) for index, draft in enumerate(self._drafts) if not draft.source]

    def _edited(self, entry: library.Entry) -> Draft | None:
        return next((draft for draft in self._drafts if draft.source == entry.name and entry.profile), None)


def _sifted(sought: str, rows: Iterable[Row]) -> list[Row]:
    return [(id_, row) for id_, row in rows if sought in row.plain.lower()]
