"""Text that only this installation can read: for what must be kept where others may look."""

from __future__ import annotations

import base64
import hashlib
import zlib

from cryptography.fernet import Fernet, InvalidToken


class Seal:
    """Seals with AES-128 and HMAC-SHA256 (Fernet), under a key made from a secret."""

    def __init__(self, secret: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()))

    def close(self, text: str) -> str:
        """Letters, digits, `-`, `_` and `=`. The text is compressed before: what is sealed is mostly names that repeat."""
        return self._fernet.encrypt(zlib.compress(text.encode(), 1)).decode()

    def open(self, sealed: str) -> str | None:
        """None for what was not sealed with this secret."""
        try:
            return zlib.decompress(self._fernet.decrypt(sealed.encode("utf-8", "replace"))).decode()
        except (InvalidToken, zlib.error, UnicodeDecodeError):
            return None
