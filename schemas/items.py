"""Open this when you ask how a line's item was found: the ways, in words, and what is stored of an item's other names.

The GTIN in the item list is the article itself. Whatever else names it, or holds it, is a row of its own: a number may
stand for several items, and then it names none of them.
"""

from types import MappingProxyType

from sqlmodel import Field, SQLModel

import schemas.naming  # noqa: F401  (names of constraints, before the first table)

# How an item was found. A line names the ways it took, the first of them from what it states, with commas between.
FOUND_BY = MappingProxyType({
    "gtin": "its GTIN is one of ours",
    "vendor_item": "our item number names it",
    "buyer_item": "the retailer's item number names it",
    "style": "its style, colour and size name it",
    "written": "one of its item numbers is a GTIN, or the number of a book, in another form",
    "substitute": "it was shipped in place of the stated item, or the stated item in place of it",
    "case": "the stated item is a case of it",
    "pieces": "the stated item was sold by the case alone, and the pieces make whole cases",
    "assortment": "the stated item is an assortment, of which only the parts were sold",
})  # fmt: skip

# Kinds of names that stand for a GTIN. A substitute is named by the GTIN that was ordered.
VENDOR_ITEM, BUYER_ITEM, STYLE, SUBSTITUTE = "vendor_item", "buyer_item", "style", "substitute"

# Units in which a quantity counts cases: X12 355, and UN/ECE recommendations 20 and 21. How many pieces a case holds
# is the item's own.
CASE_UNITS = frozenset({"CA", "CT", "BX", "XCS", "XCT", "XBX"})


class ItemName(SQLModel, table=True):
    """A name of an item beside its GTIN. ``retailer`` is whose name it is; empty: ours, or everybody's."""

    __tablename__ = "item_name"
    kind: str = Field(primary_key=True)
    retailer: str = Field("", primary_key=True)
    name: str = Field(primary_key=True, index=True)
    gtin: str = Field(primary_key=True, index=True)


class ItemComponent(SQLModel, table=True):
    """What a case or an assortment holds: units of each of its components. A case holds one item only."""

    __tablename__ = "item_component"
    gtin: str = Field(primary_key=True)
    component: str = Field(primary_key=True, index=True)
    units: int
