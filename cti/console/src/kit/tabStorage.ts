/** What this tab keeps over a reload; null where the browser forbids pages to keep anything. */
export function tabStorage(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
