"""Speed of the text floor and the matcher, printed as documents per second. Takes a few seconds.

Run: python benchmarks/text.py
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

from clonedesk_connectors.review.matcher import compare
from clonedesk_connectors.text.critical import critical_tokens
from clonedesk_connectors.text.html import html_to_text
from clonedesk_connectors.text.intent import asks_for_human
from clonedesk_connectors.text.language import guess_language
from clonedesk_connectors.text.normal import core, tokens
from clonedesk_connectors.text.replies import strip_html_reply, strip_text_reply

PAIRS = Path(__file__).parents[1] / "tests" / "data" / "edit_pairs"
SECONDS_EACH = 1.0
QUOTE = "\n\nOn Mon, May 4, 2026 at 10:12 AM Ann <ann@example.com> wrote:\n> Hello,\n> where is my order?"


def as_html(text: str) -> str:
    paragraphs = "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in text.split("\n\n"))
    return f'<div dir="ltr">{paragraphs}</div><div class="gmail_quote"><blockquote>old</blockquote></div>'


def rate(work: Callable[[str], object], texts: list[str]) -> float:
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < SECONDS_EACH:
        for text in texts:
            work(text)
        done += len(texts)
    return done / (time.perf_counter() - started)


def main() -> None:
    rows = [json.loads(line) for line in (PAIRS / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
    drafts = list(dict.fromkeys(row["draft"] for row in rows))
    finals = {row["draft"]: row["final"] for row in rows if row["final_format"] == "text"}
    print(f"{len(drafts)} texts, {sum(map(len, drafts)) // len(drafts)} characters on average")
    html = [as_html(text) for text in drafts]
    quoted = [text + QUOTE for text in drafts]
    for name, work, texts in (
        ("html_to_text", html_to_text, html),
        ("strip_html_reply", strip_html_reply, html),
        ("strip_text_reply", strip_text_reply, quoted),
        ("core", core, drafts),
        ("tokens", tokens, drafts),
        ("critical_tokens", critical_tokens, drafts),
        ("guess_language", guess_language, drafts),
        ("asks_for_human", asks_for_human, drafts),
        ("compare", lambda text: compare(text, finals[text]), list(finals)),
    ):
        print(f"{name:18} {rate(work, texts):10,.0f} / s")


if __name__ == "__main__":
    main()
