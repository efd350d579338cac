"""What a typed number can be checked to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

# ISO 7064 MOD 11-2, as GB 11643 prescribes for the eighteenth character of an identity number
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK: Final = "10X98765432"


def luhn(digits: str) -> bool:
    """The check digit of payment cards: ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return len(digits) > 1 and total % 10 == 0


def day(digits: str) -> bool:
    """A day that exists, as YYYYMMDD."""
    if len(digits) != 8:
        return False
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def id_card(digits: str) -> bool:
    """A Chinese identity number of 18 characters, the last perhaps X: day of birth and check character are right."""
    body, check = digits[:17], digits[17:]
    return day(body[6:14]) and check == _ID_CHECK[sum(int(d) * w for d, w in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def phone(digits: str) -> bool:
    """A Chinese mobile number, or one with its area code."""
    return (len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789") or (
        len(digits) in (10, 11, 12) and digits[0] == "0"
    )


CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {"luhn": luhn, "date": day, "id_card": id_card, "phone": phone}
