const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A ULID: 48 bits of time and 80 random ones. It sorts by time, and nobody else makes the same. */
export function ulid(now: number = Date.now(), random: Uint8Array = crypto.getRandomValues(new Uint8Array(16))): string {
  const time = Array.from({ length: 10 }, (_, place) => DIGITS[Math.floor(now / 32 ** (9 - place)) % 32]);
  return [...time, ...[...random].slice(0, 16).map((byte) => DIGITS[byte % 32])].join("");
}
