import type { SiteView } from "../api/client";

/** Where to sign in, the best first: the site that served this agent last, then those that are ready. Any site knows where the seat is. */
export function inOrder(sites: readonly SiteView[], remembered: string): readonly string[] {
  const rank = (site: SiteView) => (site.agents_url === remembered ? 0 : site.ready ? 1 : 2);
  return [...sites].sort((a, b) => rank(a) - rank(b)).map((site) => site.agents_url);
}
