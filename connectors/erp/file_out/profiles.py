"""Open this when whoever gets our notes refuses them: the specifications that a note can say it keeps.

Each is EN 16931; a network adds identifiers and rules of its own. Peppol's: docs.peppol.eu, BIS Billing 3.0.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from schemas.credits import CreditRequest

Name = Literal["en16931", "peppol"]


@dataclass(frozen=True, slots=True)
class Profile:
    """``process`` and the buyer's reference stand on notes for a network alone, which also needs both addresses.

    ``national`` are countries whose sellers it asks for more than we write.
    """

    title: str
    specification: str  # BT-24
    process: str | None = None  # BT-23
    national: frozenset[str] = frozenset()

    @property
    def is_network(self) -> bool:
        """Whether notes are sent by electronic addresses, and name the buyer's own reference (BT-10)."""
        return self.process is not None


EN16931 = Profile("an EN 16931 credit note", "urn:cen.eu:en16931:2017")
PEPPOL = Profile(
    "a Peppol BIS Billing 3 credit note",
    "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
    "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
    # A seller's contact and means of payment; registrations of companies; numbers and marks of a tax office.
    frozenset({"DE", "DK", "GR", "IS"}),
)
PROFILES: dict[Name, Profile] = {"en16931": EN16931, "peppol": PEPPOL}


def problems(request: CreditRequest, profile: Profile) -> Iterator[str]:
    """Why the request cannot be said so that the network takes it."""
    if not profile.is_network:
        return
    for role, party in (("seller", request.seller), ("buyer", request.buyer)):
        if party.endpoint is None:
            yield f"the {role} has no electronic address (`endpoint:`)"
    country = request.seller.address.country
    if country in profile.national:
        yield f"sellers in {country} need what we do not write, by rules of their country"
