/** Milliseconds before the next try: doubles from half a second to 15 s, spread so that desktops don't return all at once. */
export function backoff(attempt: number, random: number): number {
  const ceiling = Math.min(15_000, 500 * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling * (0.5 + random / 2));
}
