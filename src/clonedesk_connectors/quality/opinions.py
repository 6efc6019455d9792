"""The narrow window through which rules see the text model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from clonedesk_connectors.quality.labels import LabelValue


class TextRow(NamedTuple):
    """What the text model may know about one labelled ticket.

    course: equal for tickets whose relevant events are alike. anchor: the true label where rules proved it.
    """

    key: str
    text: str
    label: LabelValue
    labeller: str | None
    ticket_type: str | None
    requester: str | None
    course: int
    anchor: LabelValue | None


class TextOpinion(NamedTuple):
    """What the text says about one label. Probabilities 0-1.

    expected_precision: share of wrong labels in the list that ends with this ticket, worst first. twins: keys of
    tickets with nearly the same text and the same course of events, whose label is the opposite.
    """

    p_wrong: float
    expected_precision: float
    flagged: bool
    twins: tuple[str, ...] = ()


class LabellerOpinion(NamedTuple):
    """How often one labeller's labels go against the text. low, high: 95 % interval of rate; pooled: everybody's rate.

    posterior: probability that the rate is above twice the pooled one.
    """

    name: str
    tickets: int
    rate: float
    low: float
    high: float
    pooled: float
    posterior: float


class TextOpinions(NamedTuple):
    """Opinions by ticket key and by labeller, and sentences about what could not be judged."""

    tickets: Mapping[str, TextOpinion]
    labellers: Mapping[str, LabellerOpinion]
    notes: tuple[str, ...] = ()


class TextJudge(Protocol):
    """A text model. `reviewed`: ticket key -> true label, from people."""

    def judge(self, rows: Sequence[TextRow], reviewed: Mapping[str, LabelValue]) -> TextOpinions:
        """Score all rows at once; deterministic for equal input."""
