"""What a contact asks of an agent: all skills of one alternative, at the least level or above.

Need.of({"car_claims": 50, "english": 30})             both
Need.of([{"car_claims": 50}, {"general": 80}])         either
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Skills = Mapping[str, int]  # skill → level, 0 to 100
Alternative = tuple[tuple[str, int], ...]  # (skill, least level), by name


@dataclass(frozen=True, slots=True)
class Need:
    """Alternatives, of which any will do. One without skills is met by everybody."""

    any_of: tuple[Alternative, ...]

    @classmethod
    def of(cls, asked: Skills | Iterable[Skills]) -> Need:
        """From one mapping (all of it) or several (any of them)."""
        several = (asked,) if isinstance(asked, Mapping) else asked
        return cls(tuple(dict.fromkeys(tuple(sorted(one.items())) for one in several)))

    def met_by(self, skills: Skills) -> bool:
        return any(all(skills.get(name, -1) >= least for name, least in one) for one in self.any_of)

    def or_else(self, other: Need) -> Need:
        """Met by whoever meets one of the two."""
        return Need(tuple(dict.fromkeys((*self.any_of, *other.any_of))))

    def margin(self, skills: Skills) -> int:
        """How much an agent can do beyond what is asked: levels above the least ones, in the alternative that suits best."""
        return max(
            (
                sum(skills[name] - least for name, least in one)
                for one in self.any_of
                if all(skills.get(name, -1) >= least for name, least in one)
            ),
            default=-1,
        )

    def lacking(self, skills: Skills) -> tuple[str, ...]:
        """What an agent lacks, as `skill level/least`, in the alternative that lacks least; empty for one who meets the need."""
        gaps = [
            tuple(f"{name} {skills.get(name, 0)}/{least}" for name, least in one if skills.get(name, -1) < least)
            for one in self.any_of
        ]
        return min(gaps, key=len, default=())

    def as_skills(self) -> tuple[dict[str, int], ...]:
        """For files and messages."""
        return tuple(dict(one) for one in self.any_of)
