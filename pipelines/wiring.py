"""Open this when you ask what is plugged in where: the only place that builds the store, vault, ERP and mailboxes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from connectors.erp.around import Around
from connectors.erp.goods import GoodsErp
from connectors.erp.kinds import open_erp, open_goods
from connectors.erp.port import Erp, Papers
from connectors.erp.supplies import open_supply
from connectors.erp.supply import Supply
from connectors.mailbox import open_mailbox
from connectors.mailbox.port import Mailbox
from connectors.store import Store
from connectors.vault import Vault
from mappings.catalog import Catalog
from pipelines.settings import Settings, load_settings
from schemas.credits import CreditRequest
from schemas.partners import Channel, Partner
from schemas.records import CreditIntent


@dataclass(frozen=True)
class Hub:
    """Everything that work needs from the outside, as ports."""

    settings: Settings
    catalog: Catalog
    store: Store
    vault: Vault
    erp: Erp
    now: Callable[[], datetime]
    open_mailbox: Callable[[Partner, Channel], Mailbox]
    supplies: Mapping[str, Callable[[], AbstractContextManager[Supply]]] = field(default_factory=dict)
    goods: GoodsErp | None = None  # the ERP, where it takes goods too

    @contextmanager
    def mailbox(self, partner: Partner, channel: Channel) -> Iterator[Mailbox]:
        """The partner's mailbox, closed at the end."""
        mailbox = self.open_mailbox(partner, channel)
        try:
            yield mailbox
        finally:
            mailbox.close()


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """The settings' fixed moment, or the time of day in UTC."""
    fixed = settings.clock
    return (lambda: fixed) if fixed else utc_now


def utc_now() -> datetime:
    """The time of day in UTC."""
    return datetime.now(UTC)


def around_erp(settings: Settings, retailers: tuple[str, ...] = (), papers: Papers | None = None) -> Around:
    """What the settings of the ERP stand in."""
    return Around(settings.folder, settings.state_folder, tuple(settings.companies), retailers, papers)


def papers_of(store: Store, vault: Vault) -> Papers:
    """Finds the reconciliation that a credit's stored request names. PermanentError: its bytes are gone or damaged."""

    def paper(reference: str) -> bytes | None:
        for row in store.table(CreditIntent, reference=reference).to_pylist():
            named = CreditRequest.model_validate_json(row["request"]).reconciliation
            return vault.get(named.sha256) if named else None
        return None

    return paper


@contextmanager
def open_hub(settings: Settings | Path | None = None, actor: str = "backhaul") -> Iterator[Hub]:
    """The hub of these settings; connections to the database are closed at the end."""
    if not isinstance(settings, Settings):
        settings = load_settings(settings)
    loaded = settings
    loaded.state_folder.mkdir(parents=True, exist_ok=True)
    now = clock_of(loaded)

    def mailbox_of(partner: Partner, channel: Channel) -> Mailbox:
        return open_mailbox(partner.id, channel, loaded.connection(partner.id, channel.id))

    store = Store.open(loaded.database_url, now, actor)
    try:
        vault = Vault(loaded.state_folder / "vault")
        around = around_erp(loaded, papers=papers_of(store, vault))
        with open_erp(loaded.erp, around) as erp, open_goods(loaded.erp, around) as goods:
            yield Hub(
                settings=loaded,
                catalog=Catalog.load(loaded.path(loaded.partners)),
                store=store,
                vault=vault,
                erp=erp,
                now=now,
                open_mailbox=mailbox_of,
                supplies={
                    name: partial(open_supply, one, loaded.erp, around_erp(loaded), now)
                    for name, one in loaded.supplies.items()
                },
                goods=goods,
            )
    finally:
        store.close()
