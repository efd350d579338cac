"""PURE: one spelling per telephone number."""

from __future__ import annotations


def national(number: str) -> str:
    """A Chinese number as customers are stored under: digits only, without country code, a mobile's without leading 0."""
    digits = "".join(c for c in number if c.isascii() and c.isdigit())
    for prefix in ("0086", "86", "0"):
        rest = digits.removeprefix(prefix)
        if rest != digits and len(rest) == 11 and rest.startswith("1"):
            return rest
    if digits.startswith("0086"):
        return "0" + digits[4:]
    return "0" + digits[2:] if number.strip().startswith("+86") else digits
