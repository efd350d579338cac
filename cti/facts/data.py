"""What the data of every kind of fact have in common."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class FactData(BaseModel):
    """The data of one kind. Subclasses name their kind and version."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: ClassVar[str]
    v: ClassVar[int] = 1
