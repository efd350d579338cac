"""The words between two sites. Unknown fields are ignored and unknown types skipped, so that a site of the next version is understood."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from cti.calls.context import ContactContext, CustomerCard
from cti.calls.ports import Visit

PROTOCOL = 1

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,100}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]
Skills = Annotated[dict[Name, Annotated[int, Field(ge=0, le=100)]], Field(max_length=64)]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Hello(_Message):
    """The first message of both sides."""

    type: Literal["hello"] = "hello"
    site: Name
    protocol: int = PROTOCOL


class Summary(_Message):
    """The skills of each agent logged in; on change, at most twice a second."""

    type: Literal["summary"] = "summary"
    profiles: tuple[Skills, ...] = ()


class OpenVisit(_Message):
    """A contact of the sender waits here too. `age` in seconds: clocks of sites are never compared."""

    type: Literal["visit.open"] = "visit.open"
    contact: Id
    queue: Name
    skills: Skills
    priority: int
    age: float = Field(ge=0)
    ring_seconds: float = Field(gt=0, le=600)
    wrap_up_seconds: float = Field(ge=0, le=86400)
    context: ContactContext

    @classmethod
    def of(cls, visit: Visit) -> OpenVisit:
        return cls(**{name: getattr(visit, name) for name in Visit.__slots__})

    def visit(self) -> Visit:
        return Visit(**{name: getattr(self, name) for name in Visit.__slots__})


class UpdateVisit(_Message):
    """The customer's record came."""

    type: Literal["visit.update"] = "visit.update"
    contact: Id
    customer: CustomerCard | None


class WithdrawVisit(_Message):
    type: Literal["visit.withdraw"] = "visit.withdraw"
    contact: Id
    reason: str = Field(max_length=80)


class Grant(_Message):
    """The sender has reserved an agent for a visitor: dial it there within five seconds, or decline."""

    type: Literal["grant"] = "grant"
    contact: Id
    offer: Id
    agent: Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
    node: Name  # where the agent's phone is registered


class Decline(_Message):
    """The grant is not needed."""

    type: Literal["decline"] = "decline"
    offer: Id


PeerMessage = Annotated[
    Hello | Summary | OpenVisit | UpdateVisit | WithdrawVisit | Grant | Decline, Field(discriminator="type")
]
peer_message: TypeAdapter[PeerMessage] = TypeAdapter(PeerMessage)
