"""Open this when a partner got no answer: from the outbox of the store to the partner's mailbox."""

from pipelines.wiring import Hub
from pipelines.work.credit_notes import write_credit_notes
from pipelines.work.refusals import write_refusals
from schemas.outcome import Change, Outcome
from schemas.partners import Partner
from schemas.records import OutboundMessage


def send(hub: Hub, partner: Partner) -> int:
    """Write every pending answer to the partner's mailbox, then mark it sent; answers how many.

    What was refused and what was posted for it comes first. Writing the same name with the same bytes twice does no
    harm, so a crash between the two is healed by the next run.
    """
    write_refusals(hub, partner)
    write_credit_notes(hub, partner)
    sent = 0
    for channel in partner.channels:
        pending = hub.store.table(OutboundMessage, partner=partner.id, channel=channel.id, state="pending").to_pylist()
        if not pending:
            continue
        with hub.mailbox(partner, channel) as mailbox:
            for message in pending:
                mailbox.put(message["name"], hub.vault.get(message["file"]))
                mark = Change("outbound_message", {"key": message["key"]}, {"state": "sent"}, {"state": "pending"})
                hub.store.record(Outcome("send", partner.id, changes=(mark,)))
                sent += 1
    return sent
