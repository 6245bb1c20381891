"""Open this when credits leave as files: EN 16931 credit notes in UBL 2.1 and a CSV journal, for any ERP to import."""

from connectors.erp.file_out.adapter import FileOutErp

__all__ = ["FileOutErp"]
