"""The tables of words: each is of a language that we know, and each meaning is made of words that exist."""

import pytest

from mappings.code_lists import canonical
from mappings.propose.header_words import LANGUAGES, currency_in, folded, languages_of, lexicon, readings, resource
from mappings.propose.meanings import ASIDE, fields_of, meanings


def test_every_word_is_of_a_known_language():
    for meaning, by_language in resource("words.yaml").items():
        assert set(by_language) <= {"any", *LANGUAGES}, meaning


def test_every_meaning_is_made_of_words_that_exist_and_gives_a_field():
    known = set(resource("words.yaml"))
    named = {*fields_of("notice"), *fields_of("receipt"), *fields_of("sales")}
    for section in resource("meanings.yaml").values():
        for field, combinations in section.items():
            assert field in named or field.startswith(ASIDE), field
            assert {word.rstrip("~") for one in combinations for word in one.split()} <= known, field


@pytest.mark.parametrize("kind", ["notice", "receipt", "sales"])
def test_a_meaning_is_a_field_of_the_kind_or_set_aside(kind):
    assert {one for many in meanings(kind).values() for one in many if not one.startswith(ASIDE)} <= set(
        fields_of(kind)
    )


def test_every_reason_with_words_is_one_of_our_own():
    assert set(resource("reasons.yaml")) <= canonical("reasons")


@pytest.mark.parametrize(
    ("header", "means"),
    [
        ("Rücksende-Nr.", None),
        ("Retourenmenge", {"RETURN", "QUANTITY"}),
        ("LIEFARTNR", {"SUPPLIER", "ITEM", "NUMBER"}),
        ("liefArtNr", {"SUPPLIER", "ITEM", "NUMBER"}),
        ("Menge\n(Stück)", {"QUANTITY"}),
        ("EK-Preis [EUR]", {"COST", "PRICE"}),
        ("Returnerat antal", {"RETURN", "QUANTITY"}),
        ("Leverandørens varenummer", {"SUPPLIER", "ITEM", "NUMBER"}),
        ("N° de commande", {"NUMBER", "ORDER"}),
        ("Numer zamówienia", {"NUMBER", "ORDER"}),
        ("Cantidad devuelta", {"QUANTITY", "RETURN"}),
        ("Ostotilausnumero", {"ORDER", "NUMBER"}),
        ("Stueck", {"QUANTITY"}),
        ("GROESSE", {"SIZE"}),
    ],
)
def test_headers_are_cut_into_words(header, means):
    found = readings(header, languages_of([header]))
    if means is None:
        assert all(one.unknown or one.guessed or "RETURN" in one.means for one in found)
    else:
        assert means in [set(one.means) for one in found if not one.unknown]


def test_a_currency_in_a_header_is_not_a_word_of_it():
    assert currency_in("Pris (SEK)") == "SEK"
    assert currency_in("Preis €") == "EUR"
    assert currency_in("Preis") is None


def test_folding_makes_spellings_alike():
    assert folded("Größe") == folded("GROESSE")
    assert folded("Årsag") == folded("aarsag")
    assert all(word == folded(word) for word in lexicon())
