"""What the start screen lists: what can be begun, clusters, profiles, and unsaved answers.

This file imports everything that needs pydantic; the start screen imports it after its first frame.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from textual.content import Content

from kubetui.base.check import Check
from kubetui.base.text import clean
from kubetui.profile.files import library
from kubetui.profile.plan import Plan
from kubetui.profile.schema.kinds import PROVIDERS
from kubetui.profile.schema.profile import Profile
from kubetui.profile.words import in_words
from kubetui.record.state import ClusterState
from screens.cluster.status import MARKS
from screens.host import Host
from screens.start import begin
from screens.start.begin import Offer
from screens.start.rows import cluster_row, draft_row, entry_row, missing, names_width, order
from screens.start.standings import Standings
from screens.widgets.chrome import marked
from screens.wizard.draft import Draft

Row = tuple[str, Content]


class Shelf:
    """Everything that can be opened, each under an id.

    The ids: `begin WHAT`, `cluster NAME`, `saved NAME`, `starter NAME`, `draft NUMBER`.
    """

    def __init__(self, host: Host) -> None:
        self.host = host
        self.offer = Offer(host.makers())
        self.offer = replace(self.offer, boxless=self._boxless)
        self._drafts: list[Draft] = []
        self.standings = Standings(host)
        self._entries: dict[str, library.Entry] = {}
        self.read()

    def read(self) -> None:
        """Read the folders again: another screen may have built or saved something."""
        self.standings.read()
        entries = sorted(library.listing(), key=lambda each: order(each, self.offer.makers))
        self._entries = {f"{each.kind} {each.name}": each for each in entries}
        self._drafts = [draft for draft in self._drafts if draft.changed]

    @property
    def _clusters(self) -> dict[str, ClusterState]:
        return {f"cluster {name}": each for name, each in self.standings.all.items()}

    def learn(self, checks: tuple[Check, ...]) -> None:
        """Take the results of the checks of this host, which say what it can build."""
        self.offer = replace(self.offer, makers=self.host.makers(checks), checks=checks)
        self.offer = replace(self.offer, boxless=self._boxless)
        self.read()

    def expect(self, seconds: float | None) -> None:
        """Take how long the build of the first choice takes."""
        self.offer = replace(self.offer, seconds=seconds)

    @property
    def _boxless(self) -> bool:
        return self.host.lacks_box(Plan(self.host.first_choice(self.offer.checks or ())))

    @property
    def first(self) -> Profile:
        """The profile of a new cluster, under a name that no cluster has."""
        return begin.named(self.host.first_choice(self.offer.checks or ()), self._taken)

    @property
    def _taken(self) -> list[str]:
        return [each.name for each in self._clusters.values()]

    def title(self, width: int) -> Content:
        """Return what this host has, in `width` columns."""
        return begin.header(self.offer, self.host.facts(), width)

    def beginnings(self, width: int, *, brief: bool) -> list[Row]:
        """Return what can be begun."""
        return begin.rows(self.offer, self.first, width, brief=brief)

    def clusters(self, sought: str, width: int) -> list[Row]:
        """Return the clusters whose rows contain `sought`, `width` columns wide."""
        now, names = self.host.now(), names_width(self._taken, width)
        rows = _sifted(sought, ((id_, cluster_row(each, names, width, now)) for id_, each in self._clusters.items()))
        return rows or [("-none", Content.styled("none match" if sought else "none yet", "dim"))]

    def profiles(self, sought: str, width: int) -> list[Row]:
        """Return unsaved answers and the profiles whose rows contain `sought`, `width` columns wide."""
        makers = self.offer.makers
        drafts = [(index, draft) for index, draft in enumerate(self._drafts) if not draft.source]
        called = [draft.look().profile.name for _, draft in drafts]
        names = names_width([*called, *(each.name for each in self._entries.values())], width)
        rows = [(f"draft {index}", draft_row(draft, names, width)) for index, draft in drafts]
        rows += [
            (id_, entry_row(each, makers, names, width, self._edited(each))) for id_, each in self._entries.items()
        ]
        return _sifted(sought, rows) or [("-none", Content.styled("none match" if sought else "none", "dim"))]

    def about(self, chosen: str) -> Content:
        """Describe a row."""
        if chosen.startswith("begin "):
            return begin.about(chosen, self.offer, self.first)
        cluster, entry = self._clusters.get(chosen), self._entries.get(chosen)
        draft = self.draft(chosen)
        if entry is not None and entry.error:
            error = entry.error.replace(str(entry.path), entry.path.name)
            return Content.assemble(marked("failed", "kubetui cannot read this profile"), f"\n{error}")
        look = draft.look() if draft else None
        plan = cluster.plan if cluster else None
        profile = look.profile if look else plan.profile if plan else entry.profile if entry else None
        if profile is None:
            return Content("")
        if look and look.plan is None:
            return marked("failed", "Its first address is too high: the other machines' addresses count up from it.")
        note = Content.styled("Changed, not saved. ", "$warning") if draft else Content("")
        if draft and draft.wrong:
            lines = [marked("failed", message) for message in draft.wrong[:2]]
            return Content("\n").join([note, *lines, Content("What was typed is kept: open it to correct it.")])
        if cluster is None and missing(profile, self.offer.makers):
            title = PROVIDERS[profile.provider].title
            words = f"{title} is not on this host. Open the profile to choose another provider.\n"
            note = Content.assemble(note, marked("attention", words))
        elif cluster is None and self.host.lacks_box(plan or Plan(profile)):
            title = PROVIDERS[profile.provider].title
            words = f"There is no default box for {title}. Open the profile and write yours into Box.\n"
            note = Content.assemble(note, marked("attention", words))
        if cluster is not None and cluster.detail and not cluster.unasked:
            note = marked(MARKS[cluster.state], f"{clean(cluster.words)}\n")
        return Content.assemble(note, in_words(profile))

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

    def fresh(self, provider: str = "") -> Draft:
        """Return the answers for a new cluster; of the given provider, or of one that this host has."""
        profile = Profile(name=provider, provider=provider) if provider else self.first
        return self._kept(Draft(begin.named(profile, self._taken)))

    def forget(self, draft: Draft) -> None:
        """Drop unsaved answers."""
        self._drafts.remove(draft)

    def _kept(self, draft: Draft) -> Draft:
        self._drafts.append(draft)
        return draft

    def _edited(self, entry: library.Entry) -> Draft | None:
        return next((draft for draft in self._drafts if draft.source == entry.name and entry.profile), None)


def _sifted(sought: str, rows: Iterable[Row]) -> list[Row]:
    return [(id_, row) for id_, row in rows if sought in row.plain.lower()]
