"""Open this when a node of an XML file has the wrong place: one way through the bytes, every element and attribute.

Well-formed is what XML 1.0 calls so, without document types. The functions here, and those they call, keep to what
``compiled`` can turn into machine code: integers and arrays. Small files run through them as they are.
"""

from typing import Any

from mappings.formats.tree_marks import ATTRIBUTE, ESCAPED, INK, PARTS
from mappings.formats.xml_marks import (
    AMPERSAND,
    AT,
    ATTRIBUTE_WAY,
    BAD_CHARACTER,
    BAD_COMMENT,
    BAD_TAG,
    BRACKET,
    CDATA_END,
    CUT_SHORT,
    DEPTH_MAX,
    DOCTYPE,
    ELEMENT_WAY,
    END_TAG,
    LESS,
    NAME,
    NAME_START,
    NO_ROOT,
    NODES,
    SECOND_ROOT,
    SPACE,
    STOP,
    TEXT_OUTSIDE,
    TOO_DEEP,
    TOO_MANY_WAYS,
    WHY,
    Kinds,
    Nodes,
    Open,
    Scopes,
    Seen,
)
from mappings.formats.xml_markup import attributes, cdata_end, comment_end, instruction_end, reference_end
from mappings.formats.xml_names import declares, hash_of, scope_of, way_of

_LESS, _SLASH, _GREATER, _BANG, _QUESTION, _DASH, _BRACKET = 60, 47, 62, 33, 63, 45, 91


def expected(buffer: Any, name: int, limit: int, above: int, scope: int, last: int, kinds: Kinds, seen: Seen) -> int:
    """The way that followed the last one before, if its name stands here again: most files repeat themselves."""
    if last < 0:
        return -1
    guess = int(seen.next[last])
    if guess < 0 or seen.above[guess] != above or seen.scope[guess] != scope or seen.kind[guess] != ELEMENT_WAY:
        return -1
    known = int(seen.name[guess])
    size = int(seen.name_end[guess]) - known
    if name + size >= limit:
        return -1
    for step in range(size):
        if buffer[name + step] != buffer[known + step]:
            return -1
    return -1 if kinds.tag[buffer[name + size]] & NAME else guess


def is_cdata(buffer: Any, at: int) -> bool:
    """Whether `[CDATA[` stands here."""
    is_open = buffer[at] == _BRACKET and buffer[at + 6] == _BRACKET
    is_named = buffer[at + 1] == 67 and buffer[at + 2] == 68 and buffer[at + 3] == 65 and buffer[at + 4] == 84
    return bool(is_open and is_named and buffer[at + 5] == 65)


def markup_end(buffer: Any, at: int, limit: int, depth: int, kinds: Kinds, opened: Open) -> int:
    """The place behind the comment, CDATA section or instruction whose `<` stands here, or minus a reason."""
    if buffer[at + 1] == _QUESTION:
        end = instruction_end(buffer, at + 2, limit, kinds)
    elif at + 3 < limit and buffer[at + 2] == _DASH and buffer[at + 3] == _DASH:
        end = comment_end(buffer, at + 4, limit, kinds)
    elif at + 8 < limit and is_cdata(buffer, at + 2):
        if depth == 0:
            return -TEXT_OUTSIDE
        end = cdata_end(buffer, at + 9, limit, kinds)
        opened.seen[depth] |= INK
    elif at + 2 < limit and buffer[at + 2] == 68:
        return -DOCTYPE
    else:
        return -BAD_COMMENT
    opened.seen[depth] |= PARTS
    return end


def tag_ends(buffer: Any, at: int, limit: int, depth: int, kinds: Kinds, opened: Open) -> int:
    """The place behind the end tag whose `<` stands here, or minus a reason."""
    name, end = int(opened.name[depth]), int(opened.name_end[depth])
    at += 2
    if at + end - name >= limit:
        return -CUT_SHORT
    for step in range(end - name):
        if buffer[at + step] != buffer[name + step]:
            return -END_TAG
    at += end - name
    while at < limit and kinds.tag[buffer[at]] & SPACE:
        at += 1
    if at >= limit:
        return -CUT_SHORT
    return at + 1 if buffer[at] == _GREATER else -END_TAG


def note_attributes(
    buffer: Any, count: int, node: int, way: int, scope: int, seen: Seen, opened: Open, nodes: Nodes, state: Any
) -> bool:
    """Note the attributes of an element behind it; False where there are too many different ones."""
    row = int(state[NODES])
    for one in range(count):
        name, name_end = int(opened.a_name[one]), int(opened.a_name_end[one])
        if declares(buffer, name, name_end):
            continue
        own = way_of(buffer, way, ATTRIBUTE_WAY, scope, name, name_end, int(opened.a_hash[one]), seen, state)
        if own < 0:
            return False
        nodes.way[row], nodes.parent[row] = own, node
        nodes.start[row], nodes.end[row] = name, opened.a_value_end[one] + 1
        nodes.text_start[row], nodes.text_end[row] = opened.a_value[one], opened.a_value_end[one]
        nodes.flags[row] = opened.a_flags[one] | ATTRIBUTE
        row += 1
    state[NODES] = row
    return True


def scan(
    buffer: Any, begin: int, limit: int, kinds: Kinds, nodes: Nodes, seen: Seen, scopes: Scopes, opened: Open,
    state: Any,
) -> bool:  # fmt: skip
    """Note every node of the document that lies here; where it is not well formed, AT and WHY of ``state`` say so."""
    content, tag = kinds.content, kinds.tag
    at, depth, way, scope, last, why, has_root = begin, 0, -1, 0, -1, 0, False
    opened.seen[0] = 0
    while True:
        # --- text up to the next markup
        inked = 0
        what = 0
        while at < limit:
            what = int(content[buffer[at]])
            if what >= STOP:
                break
            inked |= what
            at += 1
        if depth == 0 and (inked & INK or (at < limit and what != LESS)):
            why = BAD_CHARACTER if what > BRACKET and what != LESS else TEXT_OUTSIDE
            break
        opened.seen[depth] |= inked
        if at >= limit:
            why = 0 if has_root and depth == 0 else CUT_SHORT if depth else NO_ROOT
            break
        if what == AMPERSAND:
            behind = reference_end(buffer, at, limit)
            opened.seen[depth] |= INK | ESCAPED
        elif what == BRACKET:
            is_end = at + 2 < limit and content[buffer[at + 1]] == BRACKET and buffer[at + 2] == _GREATER
            behind = -CDATA_END if is_end else at + 1
            opened.seen[depth] |= INK
        elif what != LESS:
            behind = -BAD_CHARACTER
        elif at + 1 >= limit:
            behind = -CUT_SHORT
        else:
            first = int(buffer[at + 1])
            if first == _BANG or first == _QUESTION:
                behind = markup_end(buffer, at, limit, depth, kinds, opened)
            elif first != _SLASH:
                behind = 0 if tag[first] & NAME_START else -BAD_TAG
            elif depth == 0:
                behind = -END_TAG
            else:
                # --- an end tag
                behind = tag_ends(buffer, at, limit, depth, kinds, opened)
                node, flags = int(opened.node[depth]), int(opened.seen[depth])
                if behind > 0:
                    nodes.end[node], nodes.flags[node] = behind, flags
                    nodes.text_start[node] = opened.content[depth] if flags & INK else -1
                    nodes.text_end[node] = at if flags & INK else -1
                    depth -= 1
                    way, scope = int(opened.way[depth]), int(opened.scope[depth])
                    if depth == 0:
                        way, scope, has_root = -1, 0, True
        if behind > 0:
            at = behind
            continue
        if behind < 0:
            why = -behind
            break
        # --- a start tag
        if depth == 0 and has_root:
            why = SECOND_ROOT
            break
        if depth >= DEPTH_MAX:
            why = TOO_DEEP
            break
        start = at
        below = expected(buffer, start + 1, limit, way, scope, last, kinds, seen)
        if below >= 0:
            at += 1 + int(seen.name_end[below]) - int(seen.name[below])
        else:
            at += 1
            while at < limit and tag[buffer[at]] & NAME:
                at += 1
        name_end, count, own = at, 0, scope
        if at < limit and buffer[at] != _GREATER:
            state[AT] = at
            at, count = attributes(buffer, at, limit, kinds, opened, state)
            if at < 0:
                why, at = -at, int(state[AT])
                break
            for one in range(count):
                if declares(buffer, opened.a_name[one], opened.a_name_end[one]):
                    own = scope_of(buffer, scope, count, scopes, opened, state)
                    break
        is_empty = at < limit and buffer[at] == _SLASH
        if is_empty:
            at += 1
        if at >= limit or buffer[at] != _GREATER:
            why = CUT_SHORT if at >= limit else BAD_TAG
            break
        at += 1
        if own >= 0 and (below < 0 or own != scope):
            hashed = hash_of(buffer, start + 1, name_end, 0)
            below = way_of(buffer, way, ELEMENT_WAY, own, start + 1, name_end, hashed, seen, state)
            if below >= 0 and last >= 0:
                seen.next[last] = below
        if below < 0 or own < 0:
            why, at = TOO_MANY_WAYS, start
            break
        node = int(state[NODES])
        state[NODES] = node + 1
        nodes.way[node], nodes.parent[node] = below, opened.node[depth] if depth else -1
        nodes.start[node], nodes.end[node] = start, at
        nodes.text_start[node], nodes.text_end[node], nodes.flags[node] = -1, -1, 0
        if count and not note_attributes(buffer, count, node, below, own, seen, opened, nodes, state):
            why, at = TOO_MANY_WAYS, start
            break
        opened.seen[depth] |= PARTS
        last = below
        if is_empty:
            has_root = has_root or depth == 0
            continue
        depth += 1
        way, scope = below, own
        opened.node[depth], opened.way[depth], opened.scope[depth] = node, way, scope
        opened.name[depth], opened.name_end[depth] = start + 1, name_end
        opened.content[depth], opened.seen[depth] = at, 0
    state[AT], state[WHY] = at, why
    return why == 0
