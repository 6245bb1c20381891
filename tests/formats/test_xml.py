"""XML against lxml: the same elements, attributes and texts, and what is broken; places are bytes of the file."""

import string

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some
from lxml import etree

from mappings.formats import xml
from mappings.formats.segments import RawFile
from mappings.formats.tree import Tree, Trees
from tests.formats.files import TIMES

WAYS = [pytest.param(False, id="plain"), pytest.param(True, id="compiled")]
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def file(data: bytes | str, name: str = "a.xml") -> RawFile:
    content = data.encode() if isinstance(data, str) else data
    return RawFile(f"{name:x<64}", name, content)


def read(*data: bytes | str, compiled: bool = False) -> Trees:
    return xml.read([file(one, f"{number}.xml") for number, one in enumerate(data)], compiled=compiled)


def nodes(tree: Tree) -> list[tuple[str, int, str | None]]:
    """Name, number of the parent and text of each node."""
    texts = tree.column(np.arange(tree.size)).text.to_pylist()
    names = [tree.ways.names[way] for way in tree.way]
    return list(zip(names, tree.parent.tolist(), texts, strict=True))


def expected(data: bytes) -> list[tuple[str, int, str | None]]:
    """The same from lxml: an element's text is what stands directly in it; nothing where that is all blanks."""
    found: list[tuple[str, int, str | None]] = []

    def walk(element: etree._Element, parent: int) -> None:
        own = len(found)
        text = (element.text or "") + "".join(child.tail or "" for child in element)
        found.append((str(element.tag), parent, text))
        found.extend((f"@{name}", own, str(value)) for name, value in element.attrib.items())
        for child in element:
            if isinstance(child.tag, str):
                walk(child, own)

    walk(etree.fromstring(data, PARSER), -1)
    return found


def is_well_formed(data: bytes) -> bool:
    try:
        etree.fromstring(data, PARSER)
    except (etree.XMLSyntaxError, ValueError) as fault:
        assume("is not a valid URI" not in str(fault))  # lxml looks into the names of namespaces; nothing else does
        return False
    return b"<!DOCTYPE" not in data


def same(ours: list[tuple[str, int, str | None]], theirs: list[tuple[str, int, str | None]]) -> bool:
    plain = [(name, parent, text if text is not None else "") for name, parent, text in ours]
    blank = [
        (name, parent, "" if one is None and not (text or "").strip(" \t\r\n") else text)
        for (name, parent, text), (_, _, one) in zip(theirs, ours, strict=True)
    ]
    return plain == blank


NAMES = some.sampled_from(["a", "b", "p:a", "q:b", "Zeile", "Größe", "_x-1.y"])
LETTERS = some.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="￾￿")
TEXTS = some.text(LETTERS | some.sampled_from(" \n\t\r\u0085"), max_size=8)
ESCAPES = some.sampled_from(
    ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#65;", "&#xe4;", "&#10;", "&#x1F4E6;", "]]&gt;"]
)
PUT = some.sampled_from(["", "<", ">", "&", "]]>", "<a>", "</a>", "\x01", "/", "=", '"', " ", "é", ":", "x"])


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;").replace('"', "&quot;")


@some.composite
def contents(draw: some.DrawFn, depth: int = 3) -> str:
    """What may stand in an element."""
    pieces = []
    for _ in range(draw(some.integers(0, 4))):
        kind = draw(some.sampled_from("tteccps" if depth else "ttccp"))
        if kind == "t":
            pieces.append(escaped(draw(TEXTS)) + draw(some.just("") | ESCAPES))
        elif kind == "e":
            pieces.append(draw(elements(depth - 1)))
        elif kind == "s":
            pieces.append(f"<{draw(NAMES)}/>")
        elif kind == "c":
            pieces.append(draw(some.sampled_from(["<!-- - <a> -->", "<![CDATA[<&]]]]>", "<![CDATA[]]>", "<!---->"])))
        else:
            pieces.append(draw(some.sampled_from(["<?pi?>", "<?pi <a>?>"])))
    return "".join(pieces)


@some.composite
def elements(draw: some.DrawFn, depth: int = 3, top: bool = False) -> str:
    name = draw(NAMES)
    own = draw(some.sampled_from(["", "", ' xmlns="urn:d"', ' xmlns:p="urn:other"', ' xmlns=""']))
    own = " xmlns:p=\"urn:p\" xmlns:q='urn:q'" if top else own
    for attribute in draw(some.lists(NAMES, max_size=3, unique=True)):
        quote = draw(some.sampled_from("\"'"))
        value = escaped(draw(TEXTS)).replace("'", "&apos;") + draw(some.just("") | ESCAPES)
        blank, equals = draw(some.sampled_from([" ", "\n", " \t"])), draw(some.sampled_from(["=", " = "]))
        own += f"{blank}{attribute}{equals}{quote}{value}{quote}"
    return f"<{name}{own}>{draw(contents(depth))}</{name}{draw(some.sampled_from(['', ' ']))}>"


DOCUMENTS = some.tuples(
    some.sampled_from(["", "<?xml version='1.0'?>", '<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>\n']),
    some.sampled_from(["", "<!-- c -->", "<?pi a?>\n"]),
    elements(top=True),
    some.sampled_from(["", "\n", "<!-- c -->"]),
).map("".join)


@given(DOCUMENTS, some.booleans())
@settings(max_examples=80 * TIMES, deadline=None)
def test_a_document_has_the_nodes_that_lxml_finds(text: str, compiled: bool) -> None:
    data = text.encode()
    trees = read(data, compiled=compiled)
    if not is_well_formed(data):  # two prefixes of one namespace can make an attribute stand twice
        assert [finding.code for finding in trees.findings] == ["FILE-BROKEN"]
        assert not len(trees.trees[0].roots)
        return
    assert trees.findings == ()
    assert same(nodes(trees.trees[0]), expected(data))


@given(DOCUMENTS, some.data())
@settings(max_examples=150 * TIMES, deadline=None)
def test_what_lxml_refuses_is_broken_and_the_other_way_round(text: str, data: some.DataObject) -> None:
    at = data.draw(some.integers(0, len(text)))
    gone = data.draw(some.integers(0, 3))
    put = data.draw(PUT)
    mutated = (text[:at] + put + text[at + gone :]).encode()
    [tree, *_] = [*read(mutated).trees, None]
    ours = tree is not None and bool(len(tree.roots))
    assert ours == is_well_formed(mutated), mutated
    if ours and tree is not None:
        assert same(nodes(tree), expected(mutated))


@given(some.binary(max_size=300) | some.text("<>/=&;!-[]?ax:\"' ", max_size=60).map(str.encode))
@settings(max_examples=200 * TIMES, deadline=None)
def test_any_bytes_give_a_document_or_a_finding(data: bytes) -> None:
    trees = read(data)
    assert bool(trees.findings) or any(len(tree.roots) for tree in trees.trees)


@given(some.lists(DOCUMENTS, min_size=1, max_size=4))
@settings(max_examples=20 * TIMES, deadline=None)
def test_both_ways_give_the_same(texts: list[str]) -> None:
    plain, compiled = read(*texts), read(*texts, compiled=True)
    assert plain.findings == compiled.findings
    for one, other in zip(plain.trees, compiled.trees, strict=True):
        assert nodes(one) == nodes(other)
        assert one.roots.tolist() == other.roots.tolist()
        for name in ("start", "end", "text_start", "text_end", "flags"):
            assert getattr(one, name).tolist() == getattr(other, name).tolist()


@given(DOCUMENTS)
@settings(max_examples=50 * TIMES, deadline=None)
def test_places_are_bytes_of_the_element(text: str) -> None:
    data = text.encode()
    trees = read("<first>1</first>", data)
    if trees.findings:
        return
    tree = trees.trees[0]
    for node in range(tree.size):
        file_no, offset, length = (int(one[0]) for one in tree.places(tree.start[[node]], tree.end[[node]]))
        raw = tree.files[file_no].data[offset : offset + length]
        name = tree.ways.names[int(tree.way[node])]
        assert raw.startswith(b"<") == (not name.startswith("@"))
        assert raw.endswith((b">",) if not name.startswith("@") else (b'"', b"'"))


CHARSETS = {
    "utf-8": '<?xml version="1.0" encoding="UTF-8"?><a>Größe</a>'.encode(),
    "utf-8 with a mark": b"\xef\xbb\xbf" + "<a>Größe</a>".encode(),
    "latin-1": '<?xml version="1.0" encoding="ISO-8859-1"?><a>Größe</a>'.encode("latin-1"),
    "cp1252": "<?xml version='1.0' encoding='windows-1252'?><a>Größe</a>".encode("cp1252"),
    "utf-16": '<?xml version="1.0" encoding="UTF-16"?><a>Größe</a>'.encode("utf-16"),
    "utf-16-be": '<?xml version="1.0"?><a>Größe</a>'.encode("utf-16-be"),
    "utf-16-le": '<?xml version="1.0"?><a>Größe</a>'.encode("utf-16-le"),
    "shift_jis": '<?xml version="1.0" encoding="shift_jis"?><a>ソ</a>'.encode("shift_jis"),
}


@pytest.mark.parametrize("data", CHARSETS.values(), ids=CHARSETS)
def test_a_declared_character_set_is_read(data: bytes) -> None:
    trees = read(data)
    assert trees.findings == ()
    [(name, parent, text)] = nodes(trees.trees[0])
    assert (name, parent) == ("a", -1)
    assert text in ("Größe", "ソ")


def test_a_place_in_utf_16_is_the_whole_document() -> None:
    data = CHARSETS["utf-16"]
    tree = read(data).trees[0]
    assert [one.tolist() for one in tree.places(tree.text_start, tree.text_end)] == [[0], [0], [len(data)]]


def test_bytes_that_are_not_what_is_declared_are_told_and_read() -> None:
    trees = read('<?xml version="1.0" encoding="UTF-8"?><a>Größe</a>'.encode("cp1252"))
    assert [finding.code for finding in trees.findings] == ["FILE-CHARSET"]
    assert nodes(trees.trees[0]) == [("a", -1, "Größe")]


BROKEN = {
    "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>": (0, "DOCTYPE"),
    "<a><b></a></b>": (6, "end tag"),
    "<a>\n <b x='1' x='2'/></a>": (14, "twice"),
    "<a>&nbsp;</a>": (3, "&amp;"),
    "<a>1 < 2</a>": (5, "&lt;"),
    "<a/><b/>": (4, "second root"),
    "<a/>x": (5, "outside"),
    "<a>": (3, "ends before"),
    "": (0, "no root"),
    "<a><p:b/></a>": (3, "'p', which is not declared"),
    "<a x=1/>": (3, "name="),
    "<a>\x07</a>": (3, "control character"),
    "<?xml version='one'?><a/>": (0, "declaration"),
    "<a:b:c/>": (0, "name"),
    "<?xml version='1.0' encoding='klingon'?><a/>": (0, "klingon"),
}


@pytest.mark.parametrize("compiled", WAYS)
@pytest.mark.parametrize("text", BROKEN)
def test_broken_says_where_and_why(text: str, compiled: bool) -> None:
    offset, why = BROKEN[text]
    [finding] = read(text, compiled=compiled).findings
    assert finding.code == "FILE-BROKEN"
    assert finding.place.offset == offset
    assert why in finding.detail
    line = text[:offset].count("\n") + 1
    assert finding.detail.startswith(f"line {line}, column ")


def test_one_broken_file_leaves_the_others() -> None:
    trees = read("<a>1</a>", "<a><b></a>", "<a>2</a>", "<a><p:b/></a>")
    assert {finding.place.file[0] for finding in trees.findings} == {"1", "3"}
    tree = trees.trees[0]
    assert tree.column(tree.roots).text.to_pylist() == ["1", "2"]


@pytest.mark.parametrize("compiled", WAYS)
def test_depth_and_numbers_are_bounded(compiled: bool) -> None:
    letters = string.ascii_letters
    deep = "<a>" * 300 + "</a>" * 300
    names = " ".join(f"x{number}=''" for number in range(400))
    wide = f"<a {names}/>"
    many = f"<a>{''.join(f'<{letters[number % 52]}{number}/>' for number in range(20_000))}</a>"
    trees = read(deep, wide, many, "<a/>", compiled=compiled)
    assert [finding.detail.partition(": ")[2][:15] for finding in trees.findings] == [
        "elements in eac", "an element with", "more different ",
    ]  # fmt: skip
    assert len(trees.trees[0].roots) == 1
