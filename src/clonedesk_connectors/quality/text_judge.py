"""Lets the rules ask the text model: rows in, opinions by ticket key out. Needs the extra `[quality]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from clonedesk_connectors.quality.labels import LabelValue
from clonedesk_connectors.quality.opinions import LabellerOpinion, TextOpinion, TextOpinions, TextRow
from clonedesk_connectors.quality.textmodel.model import TextModel
from clonedesk_connectors.quality.textmodel.result import TextScores
from clonedesk_connectors.quality.textmodel.score import Encoder
from clonedesk_connectors.quality.textmodel.settings import TextSettings


class ModelJudge:
    """Implements `opinions.TextJudge`. After `judge`, `keys` and `scores` serve the explanation of single tickets."""

    def __init__(self, settings: TextSettings | None = None, encode: Encoder | None = None) -> None:
        self._model = TextModel(settings)
        self._encode = encode
        self.keys: list[str] = []
        self.scores: TextScores | None = None

    def judge(self, rows: Sequence[TextRow], reviewed: Mapping[str, LabelValue]) -> TextOpinions:
        """See `TextJudge.judge`. What rules proved and what people said are known truths."""
        self.keys = [row.key for row in rows]
        place = {key: number for number, key in enumerate(self.keys)}
        self.scores = scores = self._fit(rows, place, reviewed)
        twins = dict(self._twins(scores))
        tickets = {
            self.keys[number]: TextOpinion(
                float(scores.p_wrong[number]),
                float(scores.expected_precision[number]),
                bool(scores.flagged[number]),
                twins.get(number, ()),
            )
            for number, reason in enumerate(scores.abstained)
            if reason is None
        }
        return TextOpinions(tickets, _labellers(scores), scores.notes)

    def _fit(self, rows: Sequence[TextRow], place: Mapping[str, int], reviewed: Mapping[str, LabelValue]) -> TextScores:
        return self._model.fit_score(
            [row.text or None for row in rows],
            [row.label.value for row in rows],
            labellers=[row.labeller for row in rows],
            types=[row.ticket_type for row in rows],
            outcomes=[row.course for row in rows],
            groups=[row.requester for row in rows],
            anchors={number: row.anchor.value for number, row in enumerate(rows) if row.anchor is not None},
            reviewed={place[key]: truth.value for key, truth in reviewed.items() if key in place},
            encode=self._encode,
        )

    def _twins(self, scores: TextScores) -> Iterator[tuple[int, tuple[str, ...]]]:
        """For rows in groups of near-duplicates with both labels: the keys of those with the other label."""
        if scores.judged is None:
            return
        groups: dict[int, list[int]] = {}
        for position, group in enumerate(scores.judged.near):
            groups.setdefault(int(group), []).append(position)
        label, rows = scores.judged.label, scores.judged.rows
        for members in groups.values():
            sides = {int(label[position]) for position in members}
            for position in members if len(sides) == 2 else ():
                others = (self.keys[int(rows[other])] for other in members if label[other] != label[position])
                yield int(rows[position]), tuple(others)


def _labellers(scores: TextScores) -> dict[str, LabellerOpinion]:
    lines = scores.noise.labellers
    tickets = sum(line.tickets for line in lines)
    pooled = sum(line.rate * line.tickets for line in lines) / tickets if tickets else 0.0
    return {
        line.name: LabellerOpinion(line.name, line.tickets, line.rate, line.low, line.high, pooled, line.twice_pooled)
        for line in lines
    }
