"""Open this when you ask what a path of a mapping means, and how it finds its values in a batch of EDI segments.

    BLI.03          element 3 of the segment BLI
    DTM.1.2         element 1, component 2 (EDIFACT); without a component the first one
    N1[SF].04       element 4 of the first N1 whose element 1 (its first component) is SF
    DTM[137].1.2    likewise, component 2 of element 1
    IMD[2=35].3.4   likewise, where element 2 is 35
    BLI[EN].next    the element after the one that is EN, among the segment's pairs (`pairs:` in the mapping)
    LIN[EN].before  the first component of the element whose second component is EN: EDIFACT composites 7140:7143
    ^PRF.01         in the header: the segments of the message before its first line
    <GIN[BJ].2      the last one before the line that stands outside the lines: of the carton above it
    SDQ.#2          in a part with `repeat`: the second element of its group
    @file @name     first 12 hex digits of the file's sha256; its name

Without a prefix a line's path looks into the line, a header's path into all segments outside the lines. The first
segment that has a value there wins. For delimited files a path is a column's name, or begins with @.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from mappings.messages.picking import QUALIFIER_BYTES

PSEUDO = ("file", "name")
OF_FILE = tuple(f"@{name}" for name in PSEUDO)  # these paths alone; in XML others that begin so are attributes
_PATH = re.compile(
    r"(?P<scope>[\^<]?)(?P<tag>[A-Z][A-Z0-9]{1,2})(?:\[(?:(?P<in>[2-9])=)?(?P<qualifier>[^\]=]+)\])?\."
    r"(?:(?P<group>#)?(?P<element>[0-9]{1,2})(?:\.(?P<component>[0-9]{1,2}))?|(?P<how>next|before))"
)


@dataclass(frozen=True, slots=True)
class Path:
    """A path, taken apart. ``how`` is `at` for a fixed element, `group` for one counted in its group, else `next` or
    `before`. The qualifier stands in the element ``qualified_in``."""

    written: str
    scope: str
    tag: str
    qualifier: str | None
    element: int
    component: int
    how: str
    qualified_in: int = 1
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    def passing(self, only: Sequence[str], skip: Sequence[str]) -> "Path":
        """The path that passes over values which ``only`` does not name, or which ``skip`` names."""
        if not only and not skip:
            return self
        return replace(self, only=tuple(only), skip=tuple(skip))


@lru_cache(maxsize=4096)
def parse(written: str) -> Path:
    """The path that is written here; ValueError says what is wrong and what to write instead.

    >>> path = parse("^DTM[137].1.2")
    >>> path.scope, path.tag, path.qualifier, path.element, path.component
    ('^', 'DTM', '137', 1, 2)
    """
    if written.startswith("@"):
        if written[1:] not in PSEUDO:
            raise ValueError(f"there is no {written!r}; write {' or '.join('@' + name for name in PSEUDO)}")
        return Path(written, "@", written[1:], None, 0, 0, "at")
    found = _PATH.fullmatch(written)
    if not found:
        raise ValueError(f"{written!r} is no path; write for example BLI.03, N1[SF].04, DTM[137].1.2 or BLI[EN].next")
    if found["how"] and not found["qualifier"]:
        raise ValueError(
            f"{written!r} does not say what it follows; write for example {found['tag']}[EN].{found['how']}"
        )
    if found["how"] and found["in"]:
        raise ValueError(f"{written!r} finds its qualifier wherever it stands; write it without `{found['in']}=`")
    if len((found["qualifier"] or "").encode()) > QUALIFIER_BYTES:
        raise ValueError(f"{written!r}: a qualifier has up to {QUALIFIER_BYTES} characters")
    element, component = int(found["element"] or 0), int(found["component"] or 1)
    if not found["how"] and (element == 0 or component == 0):
        raise ValueError(f"{written!r}: elements and components count from 1")
    how = "group" if found["group"] else found["how"] or "at"
    qualified_in = int(found["in"] or 1)
    return Path(written, found["scope"], found["tag"], found["qualifier"], element, component, how, qualified_in)
