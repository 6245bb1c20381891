"""Open this when credit notes become files: what stands under ``erp:`` in backhaul.yaml (docs/erp/file_out.md)."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.erp.file_out.profiles import Name


class FileOutSettings(BaseModel):
    """A folder of credit notes, below the state folder unless it is absolute."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["file_out"] = "file_out"
    folder: Path = Path("erp")
    profile: Name = Field("en16931", description="what notes say they keep; peppol: they go through its network")
