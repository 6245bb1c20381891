"""Two translations compared: each row that differs is told once, with its fields."""

from mappings.workbench.row_changes import FieldChange, row_changes


def line(number: int, **fields: object) -> dict[str, object]:
    return {"document": "abc-1", "line_no": number, "offset": 10 * number, "length": 9, **fields}


def test_the_same_rows_elsewhere_in_the_file_are_the_same() -> None:
    assert (
        row_changes({"notice_lines": [line(1, units=3)]}, {"notice_lines": [line(1, units=3) | {"offset": 99}]}) == []
    )


def test_a_field_that_differs_comes_or_goes_is_told_with_both_values() -> None:
    (change,) = row_changes(
        {"notice_lines": [line(1, units=3, store="7")]}, {"notice_lines": [line(1, units=4, reason="price")]}
    )
    assert (change.what, change.row) == ("changed", "document 1, line 1")
    assert change.fields == (
        FieldChange("units", 3, 4),
        FieldChange("store", "7", None),
        FieldChange("reason", None, "price"),
    )


def test_new_and_gone_rows_come_in_the_order_of_the_file() -> None:
    old = {"notice_lines": [line(2, units=1), line(10, units=1)]}
    new = {"notice_lines": [line(2, units=1), line(3, units=1)]}
    assert [(one.what, one.line_no) for one in row_changes(old, new)] == [("new", 3), ("gone", 10)]


def test_findings_are_counted_not_matched() -> None:
    finding = {"code": "FIELD-MISSING", "document": "abc-1", "line_no": 1, "detail": "gtin: nothing"}
    (gone,) = row_changes({"findings": [finding, finding]}, {"findings": [finding]})
    assert (gone.what, gone.fields) == ("gone", (FieldChange("FIELD-MISSING", "gtin: nothing", None),))


def test_the_tenth_document_stands_behind_the_second() -> None:
    documents = [{"document": f"abc-{number}", "number": "R"} for number in (10, 2)]
    assert [one.document for one in row_changes({}, {"documents": documents})] == ["abc-2", "abc-10"]
