"""Open this when you ask who sells in the demonstration: our own, invented company as it stands on credit notes."""

from schemas.partners import Address, Party

OUR_COMPANIES: dict[str, Party] = {
    "WR01": Party(
        legal_name="Wickham & Rowe Ltd",
        vat_id="GB123456782",
        endpoint=("0088", "9520000000011"),
        address=Address(street="4 Quay Lane", city="Harwich", postcode="CO12 0AA", country="GB"),
    ),
}
