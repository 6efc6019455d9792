"""The words people write, put together from small tables (`texts/*.toml`), one per language.

A text is a function of (seed, ticket, turn, name of the text). Mail gets what mail has: quoted history in three
dialects, signatures, right-to-left markup. `fresh` is what the author newly wrote, which is what a good reader should
find.
"""

import re
import tomllib
from functools import cache
from html import escape, unescape
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from clonedesk_connectors.testing.world import directory
from clonedesk_connectors.testing.world.dice import mix
from clonedesk_connectors.testing.world.model import CUSTOMER, HUMAN, SHARED, Step, Story

if TYPE_CHECKING:
    from clonedesk_connectors.testing.world.world import World

INTERNAL = ("triage", "draft", "merged")
"""Notes are written in English whatever the customer speaks."""

_TAG = re.compile(r"<[^>]*>")
_HUGE_BYTES = 60_000
_PRODUCTS = (
    "Merlo 3",
    "Kettlehaus",
    "Arvo lamp",
    "Pindle desk",
    "Solen 40",
    "Brix mixer",
    "Tarn jacket",
    "Ovella chair",
)


class Text(NamedTuple):
    """html and plain: the whole message as it was sent; fresh: plain text without quotes and signature; language: ISO
    639-1.
    """

    html: str
    plain: str
    fresh: str
    language: str


@cache
def table(language: str) -> dict[str, Any]:
    """The sentences of one language."""
    source = files("clonedesk_connectors.testing.world").joinpath("texts", f"{language}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def subject(world: "World", story: Story) -> str:
    """The subject line."""
    roll = mix(world.seed, story.key, 0x5B)
    return _fill(_pick(table(story.language)["subject"][story.topic], roll), world, story)


def text(world: "World", story: Story, step: Step) -> Text:
    """The text of a message or note step."""
    if step.detail is not None:
        return _literal(step.detail, story.language, is_html=step.value == "html")
    language = "en" if step.value in INTERNAL else story.language
    roll = mix(world.seed, story.key, step.turn, len(step.value))
    fresh = _fresh(world, story, step.value, language, roll)
    if story.channel != "email" or step.role not in (CUSTOMER, HUMAN, SHARED) or step.kind == "note":
        return Text(_paragraphs(fresh, language), fresh, fresh, language)
    return _mail(world, story, step, fresh, language, roll >> 40)


def _literal(given: str, language: str, *, is_html: bool) -> Text:
    plain = unescape(_TAG.sub("", given)).strip() if is_html else given
    return Text(given if is_html else f"<p>{escape(given)}</p>", plain, plain, language)


def words(world: "World", story: Story, name: str, salt: int) -> str:
    """A bare text by name (a rating's comment, for example)."""
    return _fresh(world, story, name, story.language, mix(world.seed, story.key, salt))


def _fresh(world: "World", story: Story, name: str, language: str, roll: int) -> str:
    sentences = table(language)
    known = sentences[name]
    pool = known[story.topic] if isinstance(known, dict) else known
    core = _pick(pool, roll)
    if name == "ask":
        parts = (
            _pick(sentences["opener"], roll >> 8),
            core,
            _pick(sentences["detail"], roll >> 16),
            _pick(sentences["closing"], roll >> 24),
        )
        core = "\n\n".join(parts)
        if roll >> 32 & 1023 == 0:
            core += "\n\n" + _log_lines(roll)
    elif name in ("answer", "human", "more"):
        core = f"{core} {_pick(sentences['addition'], roll >> 8)}"
    return _fill(core, world, story)


def _pick(options: list[str], roll: int) -> str:
    return options[(roll & 0xFFFF) % len(options)]


def _fill(template: str, world: "World", story: Story) -> str:
    if "{" not in template:
        return template
    roll = mix(world.seed, story.key, 0xF1)
    return template.format(
        order=f"{'ABCDEFGH'[roll % 8]}-{100000 + roll // 8 % 900000}",
        product=_PRODUCTS[roll // 64 % 8],
        days=2 + roll // 512 % 9,
        amount=f"{5 + roll // 4096 % 190}.{roll // 32768 % 100:02d}",
        number=(story.partner if story.partner is not None else story.key) + 1,
        code=f"{roll // 65536 % 10**6:06d}",
    )


def _log_lines(roll: int) -> str:
    line = "2026-01-01 00:00:00 device={:08x} event=sync state=ok retries=0 note=nothing-unusual-here\n"
    count = _HUGE_BYTES // len(line)
    return "".join(line.format(mix(roll, n) & 0xFFFFFFFF) for n in range(count))


def _paragraphs(plain: str, language: str) -> str:
    inner = "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in plain.split("\n\n"))
    return f'<div dir="rtl">{inner}</div>' if language == "ar" else inner


def _mail(world: "World", story: Story, step: Step, fresh: str, language: str, roll: int) -> Text:
    author, signature = _signature(world, step, language)
    plain = f"{fresh}\n\n{signature}"
    html = f"{_paragraphs(fresh, language)}<p>-- <br>{escape(signature).replace(chr(10), '<br>')}</p>"
    before = _answered(story, step)
    if before is None or roll % 4 == 3:
        return Text(html, plain, fresh, language)
    old = _fresh(
        world, story, before.value, story.language, mix(world.seed, story.key, before.turn, len(before.value))
    )[:2000]
    quoted_html, quoted_plain = _QUOTES[roll % 4](old, before, author)
    return Text(html + quoted_html, f"{plain}\n\n{quoted_plain}", fresh, language)


def _signature(world: "World", step: Step, language: str) -> tuple[str, str]:
    if step.role == CUSTOMER:
        person = world.customer(step.actor)
        signoff = table(language)["signoff"][0]
        company = directory.ORGANISATIONS[person.organisation].name if person.organisation is not None else ""
        return person.name, "\n".join(line for line in (signoff, person.name, company) if line)
    member = directory.STAFF[step.actor]
    return member.name, f"{table(language)['signoff'][0]}\n{member.name}\nHollowbrook Customer Care | {member.email}"


def _answered(story: Story, step: Step) -> Step | None:
    """The last public table text before a step: what a mail program quotes."""
    last = None
    for other in story.steps:
        if other.turn >= step.turn:
            return last
        if other.kind == "message" and other.detail is None:
            last = other
    return last


def _stamp(step: Step) -> str:
    return step.at.strftime("%d.%m.%Y %H:%M")


def _gmail(old: str, before: Step, author: str) -> tuple[str, str]:
    head = f"On {_stamp(before)} Hollowbrook <support@{directory.STAFF_DOMAIN}> wrote:"
    html = (
        f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{escape(head)}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{_paragraphs(old, "")}</blockquote></div>'
    )
    return html, head + "\n" + "\n".join(f"> {line}" for line in old.splitlines())


def _outlook(old: str, before: Step, author: str) -> tuple[str, str]:
    lines = (
        f"From: Hollowbrook <support@{directory.STAFF_DOMAIN}>",
        f"Sent: {_stamp(before)}",
        f"To: {author}",
        "Subject: RE:",
    )
    html = (
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0 0 0"><p class="MsoNormal">'
        + "<br>".join(f"<b>{escape(line.partition(':')[0])}:</b>{escape(line.partition(':')[2])}" for line in lines)
        + f"</p></div>{_paragraphs(old, '')}"
    )
    return html, "-----Original Message-----\n" + "\n".join(lines) + "\n\n" + old


def _blockquote(old: str, before: Step, author: str) -> tuple[str, str]:
    html = f'<blockquote type="cite">{_paragraphs(old, "")}</blockquote>'
    return html, "\n".join(f"> {line}" for line in old.splitlines())


_QUOTES = (_gmail, _outlook, _blockquote)
