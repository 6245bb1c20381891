"""Open this when a retailer shall be written to: whether it gets plain mail, in which language, and from whom."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["en", "de"]  # each is a table of texts, mappings/letters/<language>.yaml
_MAIL = Annotated[str, Field(pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+[.][A-Za-z]{2,}$")]


class Letters(BaseModel):
    """Questions, reminders and our word on announced goods as mail that a store clerk understands."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    to: _MAIL = Field(description="who reads them at the retailer")
    sender: _MAIL = Field(description="who of us is answered")
    language: Language = "en"
