"""One ticket on the table: everything a rule may look at."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from clonedesk_connectors.model import Actor, Message
from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.quality.context import Context, course_hash
from clonedesk_connectors.quality.facts import Facts
from clonedesk_connectors.quality.labels import EscalationLabel, Labels, LabelValue
from clonedesk_connectors.quality.opinions import TextOpinions
from clonedesk_connectors.quality.outcome import Outcome, ack_only
from clonedesk_connectors.quality.reading import TextReader
from clonedesk_connectors.quality.settings import CheckSettings
from clonedesk_connectors.quality.walk import HUMAN, UNKNOWN


class Gist(NamedTuple):
    """All that the rules on the text model ask about a ticket. labeller: id of the person who set the label.

    course: see `course_hash`; 0 where the customer wrote nothing.
    """

    key: str
    label: LabelValue | None
    labeller: str | None
    course: int


class Case:
    """Read-only for rules. reader and opinions are None without the extras `[text]` and `[quality]`.

    cut: the latest instant (UTC) to which every source is synced.
    """

    __slots__ = ("_gist", "config", "context", "cut", "facts", "labels", "opinions", "outcome", "reader", "settings")

    def __init__(
        self,
        facts: Facts,
        labels: Labels,
        outcome: Outcome,
        context: Context,
        *,
        reader: TextReader | None,
        opinions: TextOpinions | None,
        config: AccountConfig,
        cut: datetime,
        settings: CheckSettings,
    ) -> None:
        self.facts = facts
        self.labels = labels
        self.outcome = outcome
        self.context = context
        self.reader = reader
        self.opinions = opinions
        self.config = config
        self.cut = cut
        self.settings = settings
        self._gist: Gist | None = None

    @property
    def gist(self) -> Gist:
        if self._gist is None:
            self._gist = Gist(self.facts.key, self.labels.value, self.labels.labeller, course_hash(self.facts))
        return self._gist

    def label(self, value: LabelValue) -> EscalationLabel | None:
        """The latest label with this value."""
        found = [label for label in self.labels.current if label.value is value]
        return max(found, key=lambda label: (label.set_at is not None, label.set_at or self.cut), default=None)

    def ack_only(self) -> bool | None:
        """Whether the customer only said thanks when they came back; None without the texts."""
        return ack_only(self.facts, self.outcome, self.reader, self.settings)

    def maybe_program(self, actor: Actor) -> bool:
        """Whether an actor may be a person or a program: of unknown kind, or a shared account nobody vouches for."""
        if actor.kind is UNKNOWN:
            return True
        shared = actor.name is not None and actor.name.strip().lower() in self.settings.shared_names
        return shared and actor.kind is HUMAN and actor.id not in self.config.human_users

    def words(self, message: Message) -> str:
        """A message for a quotation: the author's own words where texts can be read, the raw body otherwise."""
        return message.body if self.reader is None else self.reader.text(message)


class Recalled(Case):
    """A ticket whose history is no longer at hand; only `gist`, `opinions`, `context` and `settings` are there."""

    __slots__ = ()

    def __init__(self, gist: Gist, opinions: TextOpinions, context: Context, settings: CheckSettings) -> None:
        self._gist, self.opinions, self.context, self.settings = gist, opinions, context, settings


def who(actor: Actor | None) -> str:
    """An actor in words: kind, and name or id."""
    if actor is None:
        return "somebody unknown"
    name = actor.name or actor.id
    kind = actor.kind.value.replace("_", " ")
    return f"{kind} {name}" if name else kind
