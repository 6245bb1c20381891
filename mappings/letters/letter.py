"""Open this when a letter to a retailer reads badly or lacks something: mail (RFC 5322) from a table of texts.

A letter names the return, its boxes and items, what is asked or said, by when, and what happens otherwise. The texts of
each language stand in a file beside this one; a new language is a new file.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from schemas.letters import Letters

Row = Mapping[str, Any]
Texts = Mapping[str, Any]
# What a line is told by: the section of the texts that has its code.
_TOLD = {"question": "differences", "word": "words"}


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says. ``lines`` have units, item, carton, code, instead and percent, as far as they are known.

    ``by`` is the day by which something should happen, ``ends`` the one on which it is over. ``otherwise`` are pairs of
    a difference and the action that holds when nobody answers. ``table`` is attached, as CSV.
    """

    kind: Literal["question", "reminder", "word"]
    subject: str
    number: str
    store: str | None
    lines: Sequence[Row]
    by: date | None = None
    ends: date | None = None
    reference: str | None = None
    otherwise: Sequence[tuple[str, str]] = ()
    table: bytes | None = None


def mail(letter: Letter, to: Letters, at: datetime) -> bytes:
    """The letter as a message file (RFC 5322, with CRLF): the same letter at the same moment is the same bytes."""
    texts = texts_in(to.language)
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = to.sender, to.to
    message["Subject"] = _filled(texts[letter.kind]["subject"], letter, texts)
    message["Date"] = at
    name = hashlib.sha256(f"{letter.kind}/{letter.subject}".encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{name}@{to.sender.partition('@')[2]}>"
    message["Content-Language"] = to.language
    message.set_content("\n\n".join(_paragraphs(letter, texts)) + "\n", cte="quoted-printable")
    if letter.table is not None:
        message.add_attachment(letter.table, maintype="text", subtype="csv", filename=f"{letter.kind}.csv")
        message.set_boundary(name)
    return message.as_bytes()


@cache
def texts_in(language: str) -> Texts:
    """The table of texts of a language."""
    texts: Texts = yaml.safe_load((Path(__file__).parent / f"{language}.yaml").read_text(encoding="utf-8"))
    return texts


def _paragraphs(letter: Letter, texts: Texts) -> list[str]:
    own = texts[letter.kind]
    parts = [texts["hello"], _filled(own["opening"], letter, texts)]
    parts.append("\n".join(f"- {_line(row, letter, texts)}" for row in letter.lines))
    parts.append(_filled(own["closing"], letter, texts))
    if ends := _ends(letter, texts):
        parts.append("\n".join([_filled(own["otherwise"], letter, texts), *(f"- {one}" for one in ends)]))
    return [*parts, texts["goodbye"]]


def _ends(letter: Letter, texts: Texts) -> list[str]:
    """What holds when nothing happens."""
    told = [f"{texts['differences'][kind]}: {texts['actions'][action]}" for kind, action in letter.otherwise]
    if letter.ends is not None:
        told.append(_filled(texts["ends"][letter.kind], letter, texts))
    return told


def _line(row: Row, letter: Letter, texts: Texts) -> str:
    told = texts[_TOLD[letter.kind]][row["code"]] if letter.kind in _TOLD else ""
    given = {
        "units": row["units"],
        "item": row["item"] or "?",
        "carton": _part("carton", row.get("carton"), texts),
        "instead": _part("instead", row.get("instead"), texts),
        "told": told.format(percent=row.get("percent")),
    }
    return str(texts[letter.kind]["line"].format(**given))


def _part(name: str, value: Any, texts: Texts) -> str:
    return texts["parts"][name].format(**{name: value}) if value else ""


def _filled(text: str, letter: Letter, texts: Texts) -> str:
    return text.format(
        number=letter.number,
        store=_part("store", letter.store, texts),
        by=_day(letter.by, texts),
        ends=_day(letter.ends, texts),
        reference=letter.reference or "",
    )


def _day(day: date | None, texts: Texts) -> str:
    return day.strftime(texts["day"]) if day else ""
