"""Ship notices of ours in XML say when goods left and when they came, or shall come: where a window may start."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.mappings.folders import partner_folder
from tests.mappings.test_trees import CARTON, NAMESPACES, PLATE, UBL, codes, raw, run

EARLY, LATE, LEFT = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 18)
_PERIOD = "<cac:EstimatedDeliveryPeriod><cbc:StartDate>2026-11-20</cbc:StartDate>{}</cac:EstimatedDeliveryPeriod>"


def ubl(kind: str, delivery: str) -> str:
    item = f'<cac:StandardItemIdentification><cbc:ID schemeID="0160">{PLATE}</cbc:ID></cac:StandardItemIdentification>'
    line = (
        '<cac:DespatchLine><cbc:DeliveredQuantity unitCode="EA">3</cbc:DeliveredQuantity>'
        "<cac:OrderLineReference><cbc:LineID>2</cbc:LineID></cac:OrderLineReference>"
        f"<cac:Item>{item}</cac:Item></cac:DespatchLine>"
    )
    left = "<cac:Despatch><cbc:ActualDespatchDate>2026-11-18</cbc:ActualDespatchDate></cac:Despatch>"
    return (
        f'<u:DespatchAdvice xmlns:u="{UBL}:DespatchAdvice-2" {NAMESPACES}><cbc:ID>D1</cbc:ID>'
        "<cbc:IssueDate>2026-11-17</cbc:IssueDate>"
        f"<cbc:DespatchAdviceTypeCode>{kind}</cbc:DespatchAdviceTypeCode>"
        "<cac:OrderReference><cbc:ID>P1</cbc:ID></cac:OrderReference>"
        f"<cac:Shipment><cac:Delivery>{delivery}{left}</cac:Delivery></cac:Shipment>{line}</u:DespatchAdvice>"
    )


def only_line(tmp_path: Path, standard: str, text: str) -> dict[str, Any]:
    folder = partner_folder(tmp_path, {"ships": f"extends: {standard}\n"}, role="erp")
    (row,) = run(folder, raw(text)).lines["shipment"].to_pylist()
    return dict(row)


@pytest.mark.parametrize("standard", ["ubl/despatch_shipment", "peppol/despatch_shipment"])
@pytest.mark.parametrize(
    ("delivery", "day"),
    [
        ("<cbc:ActualDeliveryDate>2026-11-21</cbc:ActualDeliveryDate>", LATE),
        (_PERIOD.format("<cbc:EndDate>2026-11-21</cbc:EndDate>"), LATE),
        (_PERIOD.format(""), EARLY),
        ("", None),
    ],
)
def test_a_ubl_despatch_advice_tells_both_days(tmp_path: Path, standard: str, delivery: str, day: date | None) -> None:
    row = only_line(tmp_path, standard, ubl("1", delivery))
    assert (row["gtin"][1:], row["units"], row["po_number"], row["po_line"]) == (PLATE, 3, "P1", "2")
    assert (row["shipped_on"], row["delivered_on"]) == (LEFT, day)


def test_goods_that_come_back_are_no_ship_notice(tmp_path: Path) -> None:
    folder = partner_folder(tmp_path, {"ships": "extends: ubl/despatch_shipment\n"}, role="erp")
    assert codes(run(folder, raw(ubl("4", "")))) == ["FILE-UNCLAIMED"]


def test_a_gs1_despatch_advice_tells_both_days(tmp_path: Path) -> None:
    line = (
        '<despatchAdviceLineItem><despatchedQuantity measurementUnitCode="EA">3</despatchedQuantity>'
        f"<transactionalTradeItem><gtin>{PLATE}</gtin></transactionalTradeItem></despatchAdviceLineItem>"
    )
    label = f"<logisticUnitIdentification><sscc>{CARTON}</sscc></logisticUnitIdentification>"
    days = (
        "<despatchInformation><actualShipDateTime>2026-11-18T17:00:00</actualShipDateTime>"
        "<estimatedDeliveryDateTime>2026-11-20T08:00:00</estimatedDeliveryDateTime></despatchInformation>"
    )
    row = only_line(
        tmp_path,
        "gs1/despatch_shipment",
        '<d:despatchAdviceMessage xmlns:d="urn:gs1:ecom:despatch_advice:xsd:3"><despatchAdvice>'
        "<creationDateTime>2026-11-17T08:00:00</creationDateTime>"
        "<despatchAdviceIdentification><entityIdentification>D9</entityIdentification></despatchAdviceIdentification>"
        f"{days}<purchaseOrder><entityIdentification>P1</entityIdentification></purchaseOrder>"
        f"<despatchAdviceLogisticUnit>{label}{line}</despatchAdviceLogisticUnit></despatchAdvice>"
        "</d:despatchAdviceMessage>",
    )
    assert (row["carton"], row["po_number"], row["shipped_on"], row["delivered_on"]) == (CARTON, "P1", LEFT, EARLY)
