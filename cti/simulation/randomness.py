"""Where everything uncertain comes from: one seed, and distributions with a name."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Constant(_Model):
    kind: Literal["constant"] = "constant"
    seconds: float = Field(ge=0)

    def draw(self, rng: random.Random) -> float:
        return self.seconds


class Exponential(_Model):
    kind: Literal["exponential"] = "exponential"
    mean: float = Field(gt=0, description="seconds")

    def draw(self, rng: random.Random) -> float:
        return rng.expovariate(1.0 / self.mean)


class LogNormal(_Model):
    """What conversations of real centers look like: many short, a few very long."""

    kind: Literal["lognormal"] = "lognormal"
    mean: float = Field(gt=0, description="seconds")
    cv: float = Field(default=1.0, gt=0, description="standard deviation / mean")

    def draw(self, rng: random.Random) -> float:
        variance = math.log(1 + self.cv * self.cv)
        return rng.lognormvariate(math.log(self.mean) - variance / 2, math.sqrt(variance))


class Measured(_Model):
    """One of the values that were measured, each as likely as any other."""

    kind: Literal["measured"] = "measured"
    values: tuple[float, ...] = Field(min_length=1)

    def draw(self, rng: random.Random) -> float:
        return rng.choice(self.values)


Distribution = Annotated[Constant | Exponential | LogNormal | Measured, Field(discriminator="kind")]


def streams(seed: int, names: Sequence[str]) -> dict[str, random.Random]:
    """A generator of its own for each purpose: more of one does not change the others."""
    return {name: random.Random(f"{seed}:{name}") for name in names}
