"""Open this when two elements of one name are taken for different ones: ways and scopes of prefixes, as numbers.

Like those of ``xml_scan``, these functions keep to what ``compiled`` can turn into machine code.
"""

from typing import Any

from mappings.formats.xml_marks import (
    DECLARED,
    DECLARED_MAX,
    HASH_MASK,
    PROBES_MAX,
    SCOPE_SLOTS,
    SCOPES,
    SCOPES_MAX,
    WAY_SLOTS,
    WAYS,
    WAYS_MAX,
    Open,
    Scopes,
    Seen,
)


def same_bytes(buffer: Any, one: int, one_end: int, other: int, other_end: int) -> bool:
    """Whether the same bytes stand at two places."""
    if one_end - one != other_end - other:
        return False
    for step in range(one_end - one):
        if buffer[one + step] != buffer[other + step]:
            return False
    return True


def hash_of(buffer: Any, start: int, end: int, begin: int) -> int:
    """A number for these bytes, going on from ``begin``."""
    found = begin
    for at in range(start, end):
        found = (found * 31 + int(buffer[at])) & HASH_MASK
    return found


def way_of(
    buffer: Any, above: int, kind: int, scope: int, name: int, name_end: int, hashed: int, seen: Seen, state: Any
) -> int:
    """The number of the way below another one, a new one if it is new; -1 where there are too many."""
    key = (above * 1000003 + scope * 8191 + kind * 131 + hashed) & HASH_MASK
    slot = int((key ^ (key >> 15)) & (WAY_SLOTS - 1))
    for _ in range(PROBES_MAX):
        found = int(seen.slots[slot]) - 1
        if found < 0:
            break
        if (
            seen.hash[found] == hashed
            and seen.above[found] == above
            and seen.scope[found] == scope
            and seen.kind[found] == kind
            and same_bytes(buffer, seen.name[found], seen.name_end[found], name, name_end)
        ):
            return found
        slot = (slot + 1) & (WAY_SLOTS - 1)
    count = int(state[WAYS])
    if seen.slots[slot] != 0 or count >= WAYS_MAX:
        return -1
    seen.slots[slot] = count + 1
    seen.above[count], seen.kind[count], seen.scope[count], seen.hash[count] = above, kind, scope, hashed
    seen.name[count], seen.name_end[count], seen.next[count] = name, name_end, -1
    state[WAYS] = count + 1
    return count


def declares(buffer: Any, name: int, name_end: int) -> bool:
    """Whether an attribute declares a prefix, or the namespace of names without one: xmlns, xmlns:p."""
    if name_end - name < 5 or buffer[name] != 120:
        return False
    is_xmlns = buffer[name + 1] == 109 and buffer[name + 2] == 108 and buffer[name + 3] == 110
    return bool(is_xmlns and buffer[name + 4] == 115 and (name_end - name == 5 or buffer[name + 5] == 58))


def scope_of(buffer: Any, above: int, attributes: int, scopes: Scopes, opened: Open, state: Any) -> int:
    """The scope that the declarations among a tag's attributes open; -1 where there are too many."""
    hashed, count = above, 0
    for one in range(attributes):
        if declares(buffer, opened.a_name[one], opened.a_name_end[one]):
            hashed = hash_of(buffer, opened.a_name[one], opened.a_name_end[one], hashed)
            hashed = hash_of(buffer, opened.a_value[one], opened.a_value_end[one], hashed)
            count += 1
    slot = int((hashed ^ (hashed >> 15)) & (SCOPE_SLOTS - 1))
    for _ in range(PROBES_MAX):
        found = int(scopes.slots[slot]) - 1
        if found < 0:
            return new_scope(buffer, slot, above, hashed, count, attributes, scopes, opened, state)
        same = scopes.hash[found] == hashed and scopes.above[found] == above and scopes.count[found] == count
        if same and same_declarations(buffer, found, attributes, scopes, opened):
            return found
        slot = (slot + 1) & (SCOPE_SLOTS - 1)
    return -1


def same_declarations(buffer: Any, scope: int, attributes: int, scopes: Scopes, opened: Open) -> bool:
    """Whether a scope has the declarations of this tag, in this order."""
    at = int(scopes.first[scope])
    for one in range(attributes):
        name, name_end = opened.a_name[one], opened.a_name_end[one]
        if declares(buffer, name, name_end):
            if not same_bytes(buffer, scopes.name[at], scopes.name_end[at], name, name_end):
                return False
            value, value_end = opened.a_value[one], opened.a_value_end[one]
            if not same_bytes(buffer, scopes.value[at], scopes.value_end[at], value, value_end):
                return False
            at += 1
    return True


def new_scope(
    buffer: Any, slot: int, above: int, hashed: int, count: int, attributes: int, scopes: Scopes, opened: Open,
    state: Any,
) -> int:  # fmt: skip
    """Note a scope and its declarations; -1 where there are too many."""
    scope, at = int(state[SCOPES]), int(state[DECLARED])
    if scope >= SCOPES_MAX or at + count > DECLARED_MAX:
        return -1
    scopes.slots[slot] = scope + 1
    scopes.above[scope], scopes.hash[scope], scopes.first[scope], scopes.count[scope] = above, hashed, at, count
    for one in range(attributes):
        if declares(buffer, opened.a_name[one], opened.a_name_end[one]):
            scopes.name[at], scopes.name_end[at] = opened.a_name[one], opened.a_name_end[one]
            scopes.value[at], scopes.value_end[at] = opened.a_value[one], opened.a_value_end[one]
            at += 1
    state[SCOPES], state[DECLARED] = scope + 1, at
    return scope
