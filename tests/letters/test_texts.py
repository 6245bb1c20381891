"""Every language says everything: the same keys, the same words to be filled in, each difference, action and word."""

import string
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any, get_args

import pytest

from mappings.letters.letter import Letter, mail, texts_in
from schemas.authorisation import Word
from schemas.differences import ACTIONS, KINDS
from schemas.letters import Language, Letters

LANGUAGES = get_args(Language)
MOMENT = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
LINE = {"units": 2, "item": "Hand lens", "carton": "095200000000051105", "code": "over", "instead": "Prism"}
QUESTION = Letter(
    "question", "shop/R1?1", "R1", "0412", [LINE], date(2026, 3, 17), reference="shop/R1?1",
    otherwise=[("over", "send_back")], table=b"question;your_answer\r\n",
)  # fmt: skip


def filled_in(texts: Any, way: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each text by its way of keys, with the words in braces."""
    for key, text in texts.items():
        if isinstance(text, dict):
            yield from filled_in(text, f"{way}{key}.")
        else:
            yield way + key, tuple(sorted({name for _, name, _, _ in string.Formatter().parse(text) if name}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    texts = texts_in(language)
    assert dict(filled_in(texts)) == dict(filled_in(texts_in("en")))
    assert [set(texts[name]) for name in ("differences", "actions", "words")] == [
        set(KINDS), set(ACTIONS), set(get_args(Word)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "subject", "told"),
    [
        ("en", "Return R1: a question, please answer by 2026-03-17",
         ["- 2 x Hand lens, box 095200000000051105: more was in the box than you announced; in its place came Prism",
          "If we do not hear from you by 2026-03-17, this holds:",
          "- more was in the box than you announced: it is not credited, and you get the goods back"]),
        ("de", "Retoure R1: eine Frage, bitte bis 17.03.2026 antworten",
         ["- 2 x Hand lens, Karton 095200000000051105: es war mehr im Karton als angekündigt; statt dessen kam Prism",
          "Wenn wir bis 17.03.2026 nichts von Ihnen hören, gilt:"]),
    ],
)  # fmt: skip
def test_a_question_is_mail_that_any_program_reads(language: Language, subject: str, told: list[str]) -> None:
    to = Letters(to="returns@shop.example", sender="returns@makers.example", language=language)
    data = mail(QUESTION, to, MOMENT)
    assert data == mail(QUESTION, to, MOMENT)
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(len(one) for one in data.split(b"\r\n")) <= 78
    read = message_from_bytes(data, policy=default)
    assert (read["Subject"], read["To"], read["From"]) == (subject, "returns@shop.example", "returns@makers.example")
    assert (read["Date"].datetime, list(read.defects)) == (MOMENT, [])
    text = read.get_body().get_content()  # type: ignore[union-attr]
    assert [one for one in told if one not in text.splitlines()] == []
    (table,) = read.iter_attachments()  # type: ignore[attr-defined]
    assert (table.get_filename(), table.get_content()) == ("question.csv", "question;your_answer\r\n")
