"""Lines that introduce a quoted message in plain text, by language.

Each row was written from the wording mail programs use; a row matches a whole line (or two joined lines) that has
already been checked to be short, so bounded repeats keep every match cheap.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_INTROS = (
    r"On .{3,200} wrote ?:",
    r"(?:Am|Den) .{3,200} schrieb(?: .{1,100})? ?:",
    r".{1,100} schrieb am .{3,100}:",
    r"Le .{3,200} a écrit ?:",
    r"E[ln] .{3,200} escribi[óo] ?:",
    r"(?:Em|A|No dia) .{3,200} escreveu ?:",
    r"(?:Il giorno|Il|In data|Da) .{3,200} ha scritto ?:",
    r"Op .{3,200} (?:schreef|heeft) .{0,100}:",
    r"(?:W dniu|Dnia|\w{2,12}\.?,? \d).{3,200} (?:napisał|napisała|napisał\(a\)|napisał/a|pisze) ?:",
    r"(?:Den|På|Dne|Op) .{3,200} (?:skrev|napsal|napsala|napsal\(a\))(?: .{0,100})? ?:",
    r"\d{4}年\d{1,2}月\d{1,2}日.{0,80}(?:<.{1,80}>|\d{1,2}:\d{2}).{0,80}[:：]?",
    r".{0,100}(?:が|は)書きました ?[:：]",
    r"\d{4}[/-]\d{1,2}[/-]\d{1,2}.{0,60}<.{1,80}> ?(?:のメール)? ?[:：]?",
    r".{0,100}于 ?\d{4}年.{0,100}写道 ?[:：]",
    r".{0,150}님이 작성 ?:",
)
INTRO = re.compile("|".join(_INTROS), re.IGNORECASE)
# A header line names a sender and a time. Without either it is prose ("On Monday I wrote:").
DATED = re.compile(r"@|\d{1,2}[:.h]\d{2}|(?:19|20)\d{2}")

_FORWARD_TITLES = (
    "Original[ -]Message|Original-Nachricht|Ursprüngliche Nachricht|Message d'origine|Message original|"
    "Mensaje original|Mensagem original|Messaggio originale|Oorspronkelijk bericht|Origineel bericht|"
    "Wiadomość oryginalna|Oryginalna wiadomość|Original(?:t)? meddelande|元のメッセージ|原始邮件|"
    "Forwarded message|Weitergeleitete Nachricht|Message transféré|Mensaje reenviado|Mensagem encaminhada|"
    "Messaggio inoltrato|Doorgestuurd bericht|Przekazana wiadomość|転送メッセージ"
)
FORWARD = re.compile(rf"[-_=*]{{2,20}} ?(?:{_FORWARD_TITLES}) ?[-_=*]{{2,20}}", re.IGNORECASE)

# "##- Please type your reply above this line -##": helpdesks cut their own mails with it.
_ABOVE = (
    "above this line|(?:oberhalb|über) dieser Zeile|au-dessus de cette ligne|(?:encima|arriba) de esta línea|"
    "acima desta linha|sopra (?:a )?questa (?:riga|linea)|boven deze (?:regel|lijn)|"
    "(?:powyżej|nad) t(?:ej|ą) lini(?:i|ą)|この(?:行|線)より上"
)
REPLY_ABOVE = re.compile(rf"[^\w\s]{{2}}.{{0,120}}(?:{_ABOVE}).{{0,60}}", re.IGNORECASE)

_SENT_FROM = re.compile(
    r"(?:Sent (?:from|via|with)|Get Outlook|Gesendet (?:von|mit)|Von meinem|Envoyé (?:de|avec)|"
    r"Télécharge[rz] Outlook|Enviado (?:desde|do|de|a partir)|Inviato da|Verstuurd vanaf|Verzonden (?:vanaf|met)|"
    r"Wysłan[eo] (?:z|przy)|Skickat från|Sendt fra|.{1,10}から送信)",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"iPhone|iPad|Android|Samsung|Galaxy|Outlook|Huawei|Xiaomi|BlackBerry|smartphone|mobile|Mail", re.IGNORECASE
)
_MAX_SENT_FROM_CHARS = 70

_HEADER_NAMES: Mapping[str, str] = {
    name: kind
    for kind, names in {
        "from": "from von de da od van från fra 差出人 发件人 від от",
        "date": "date sent datum gesendet envoyé fecha enviado enviada data inviato wysłano verzonden skickat 送信日時",
        "to": "to an para à pour a do aan till til 宛先 收件人",
        "subject": "subject betreff asunto assunto objet sujet oggetto temat onderwerp ämne emne 件名 主题",
        "cc": "cc kopie kopia dw",
    }.items()
    for name in names.split()
}
# The header names that quotequail 0.5 reads, in its order; two such lines are a head to it.
_QUOTEQUAIL_NAMES = (
    "from|von|de|от кого|från|van|to|an|para|à|pour|кому|till|aan|cc|kopie|kopia|bcc|cco|blindkopie|reply-to|"
    "antwort an|répondre à|responder a|antwoord aan|date|sent|received|datum|gesendet|enviado el|enviados|fecha|"
    "дата|verzonden|subject|betreff|asunto|objet|sujet|тема|ämne|onderwerp"
)
QUOTEQUAIL_HEADER = re.compile(rf"^\*? *(?:{_QUOTEQUAIL_NAMES}) *:", re.IGNORECASE | re.MULTILINE)
_HEADER = re.compile(r"\*{0,2}([^\W\d]{1,12})(?: el)? ?\*{0,2}[:：]\*{0,2}(?: |$)?(.{0,250})")


def header_kind(line: str) -> str | None:
    """Return from, to, date, subject or cc for a line such as `Von: ...`, else None."""
    found = _HEADER.match(line)
    return _HEADER_NAMES.get(found[1].lower()) if found else None


def starts_header_block(lines: list[str]) -> bool:
    """Whether these lines begin the headers of a quoted mail.

    Two lines such as `From: Berlin` and `To: Paris` are prose: a block has a sender first, and then an address
    together with another header, or a date, a receiver and a subject.
    """
    if not lines or header_kind(lines[0]) != "from":
        return False
    block: list[str] = []
    for line in lines[:8]:
        if line.strip() and header_kind(line) is None:
            break
        block.append(line)
    kinds = {header_kind(line) for line in block} - {None}
    addressed = any("@" in line for line in block) and len(kinds) >= 2
    return addressed or {"from", "date", "subject"} <= kinds or {"from", "to", "subject"} <= kinds


def may_introduce(line: str) -> bool:
    """Whether INTRO can match at all: its rows end with a colon or begin with a year."""
    return line.endswith((":", "：")) or line[:4].isdecimal()


def is_sent_from(line: str) -> bool:
    """Whether a line is what a phone adds, such as `Sent from my iPhone`."""
    return len(line) <= _MAX_SENT_FROM_CHARS and bool(_SENT_FROM.match(line) and _DEVICE.search(line))
