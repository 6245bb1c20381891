"""Open this when you ask who is who in Odoo: our companies by their names, retailers by their contact's Reference."""

from collections.abc import Mapping

from connectors.erp.odoo.settings import OdooSettings
from connectors.erp.odoo.wire import Wire, id_of
from schemas.errors import ConfigError, PermanentError


class Known:
    """Companies and customers of one database; each is asked for once."""

    def __init__(self, wire: Wire, settings: OdooSettings) -> None:
        self._wire = wire
        self._settings = settings
        self._companies: dict[str, int] = {}
        self._retailers: dict[int, str] = {}

    def companies(self) -> Mapping[str, int]:
        """Ids of the companies that our key's user works for, by name; from now on all of them are looked into."""
        if not self._companies:
            found = self._wire.search("res.company", [], ["name"])
            if not found:
                raise ConfigError("Odoo shows our key no company. Next: add companies to the key's user.")
            self._wire.act_for([one["id"] for one in found])
            self._companies = {one["name"]: one["id"] for one in found}
        return self._companies

    def company(self, ours: str) -> int:
        """The id of our company there. PermanentError: our key sees none of that name."""
        name, known = self._settings.companies.get(ours, ours), self.companies()
        if name not in known:
            raise PermanentError(
                f"Odoo shows our key no company named {name}. "
                f"Next: correct erp: companies: {ours} in the settings, or add the company to the key's user."
            )
        return known[name]

    def ours(self) -> Mapping[int, str]:
        """Our companies by their ids there; those that the settings do not name have the name that Odoo has."""
        names = {name: ours for ours, name in self._settings.companies.items()}
        return {number: names.get(name, name) for name, number in self.companies().items()}

    def retailers(self) -> Mapping[int, str]:
        """Retailers by the commercial partner that their contact belongs to."""
        if not self._retailers:
            ours = {code: retailer for retailer, code in self._settings.customers.items()}
            found = self._wire.search(
                "res.partner", [["ref", "in", sorted(ours)]], ["ref", "commercial_partner_id"], archived=True
            )
            self._retailers = {id_of(one["commercial_partner_id"]) or one["id"]: ours[one["ref"]] for one in found}
        return self._retailers
