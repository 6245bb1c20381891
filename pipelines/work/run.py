"""Open this when you ask what one run does: the chain of a partner, from its mailbox to posted credits and answers."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.store.owner import this_process
from mappings.catalog import PartnerFolder
from pipelines.wiring import Hub
from pipelines.work.breakers import posting_is_stopped
from pipelines.work.endings import Posted
from pipelines.work.goods_documents import book_goods
from pipelines.work.intent_book import DUE_STATES
from pipelines.work.post import post_credits
from pipelines.work.process import Processed, process
from pipelines.work.receive import Received, receive
from pipelines.work.send import send
from pipelines.work.settle import Settled, retailers_of, settle
from schemas.partners import Partner, Role

# Sales first: a return can only be placed on what is known to be sold. Receipts last: they answer notices.
ORDER: tuple[Role, ...] = ("erp", "retailer", "warehouse")


@dataclass
class PartnerRun:
    """What one run did for a partner."""

    partner: str
    received: Received = field(default_factory=Received)
    processed: Processed = field(default_factory=Processed)
    settled: Settled = field(default_factory=Settled)
    posted: Posted = field(default_factory=Posted)
    sent: int = 0


def in_order(partners: Iterable[PartnerFolder]) -> list[Partner]:
    """Partners in the order in which their files build on each other."""
    return sorted((one.partner for one in partners), key=lambda partner: (ORDER.index(partner.role), partner.id))


def run_partner(hub: Hub, partner: Partner) -> PartnerRun:
    """The whole chain for one partner. Each step leaves a state from which the chain can be run again."""
    return PartnerRun(
        partner=partner.id,
        received=receive(hub, partner),
        processed=process(hub, partner),
        settled=settle(hub, partner),
        posted=post(hub, partner),
        sent=send(hub, partner),
    )


def post(hub: Hub, partner: Partner) -> Posted:
    """Post what is due for the retailers whose returns this partner's files can move, unless posting is stopped.

    The goods of these retailers too, where the ERP takes goods.
    """
    total = Posted()
    for retailer in retailers_of(hub, partner):
        if posting_is_stopped(hub, retailer.id):
            total += Posted(waiting=hub.store.intents(DUE_STATES, retailer.id).num_rows)
            continue
        total += post_credits(hub.store, hub.erp, this_process(), hub.now, retailer.id)
        if hub.goods is not None:
            book_goods(hub.store, hub.goods, hub.now, retailer.id, tuple(hub.settings.companies))
    return total
