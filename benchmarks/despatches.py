"""UBL despatch advices for measurements: one document of so many lines of about a kilobyte, always the same."""

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<DespatchAdvice xmlns="urn:oasis:names:specification:ubl:schema:xsd:DespatchAdvice-2"
    xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
    xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:ID>R4711</cbc:ID>
  <cbc:IssueDate>2026-11-18</cbc:IssueDate>
  <cbc:DespatchAdviceTypeCode>4</cbc:DespatchAdviceTypeCode>
  <cac:DespatchSupplierParty>
    <cac:Party><cac:PartyIdentification><cbc:ID>S017</cbc:ID></cac:PartyIdentification></cac:Party>
  </cac:DespatchSupplierParty>
"""
_LINE = """\
  <cac:DespatchLine>
    <cbc:ID>{number}</cbc:ID>
    <cbc:DeliveredQuantity unitCode="EA">{units}</cbc:DeliveredQuantity>
    <cac:OrderLineReference>
      <cbc:LineID>{po_line}</cbc:LineID>
      <cac:OrderReference>
        <cbc:ID>PO{po}</cbc:ID>
      </cac:OrderReference>
    </cac:OrderLineReference>
    <cac:Item>
      <cbc:Name>Serving plate, stoneware, 26 cm</cbc:Name>
      <cac:BuyersItemIdentification>
        <cbc:ID>{buyer}</cbc:ID>
      </cac:BuyersItemIdentification>
      <cac:SellersItemIdentification>
        <cbc:ID>WR-{item:05d}</cbc:ID>
      </cac:SellersItemIdentification>
      <cac:StandardItemIdentification>
        <cbc:ID schemeID="0160">{gtin}</cbc:ID>
      </cac:StandardItemIdentification>
    </cac:Item>
    <cac:Shipment>
      <cbc:ID>1</cbc:ID>
      <cac:TransportHandlingUnit>
        <cbc:ID schemeID="SSCC">{carton}</cbc:ID>
      </cac:TransportHandlingUnit>
    </cac:Shipment>
  </cac:DespatchLine>
"""
_ITEMS, _LINES_OF_A_CARTON = 2_000, 10


def despatch(lines: int) -> bytes:
    """A despatch advice of this many lines."""
    body = (
        _LINE.format(
            number=number, units=number % 40 + 1, po_line=number % 90 + 1, po=20_000 + number // 90,
            buyer=700_000 + number % _ITEMS, item=number % _ITEMS, gtin=_checked(f"95212{number % _ITEMS:07d}"),
            carton=_checked(f"09520000{number // _LINES_OF_A_CARTON:09d}"),
        )
        for number in range(1, lines + 1)
    )  # fmt: skip
    return "".join([_HEAD, *body, "</DespatchAdvice>\n"]).encode()


def _checked(digits: str) -> str:
    """The digits with their GS1 check digit behind them."""
    weighted = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-weighted % 10}"
