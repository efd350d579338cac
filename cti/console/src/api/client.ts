// The data center's API, typed by its own description. Same origin as the page.
import type { components, paths } from "./schema";

export type AlarmView = components["schemas"]["AlarmView"];
export type SiteList = components["schemas"]["SiteList"];
export type SiteView = components["schemas"]["SiteView"];
export type WebPhone = components["schemas"]["WebPhone"];

type Reads = { [P in keyof paths]: paths[P] extends { get: { responses: { 200: unknown } } } ? P : never }[keyof paths];
type Answer<P extends Reads> = paths[P]["get"] extends { responses: { 200: { content: { "application/json": infer T } } } } ? T : never;

/** The data center did not answer as hoped. `status` is 0 when it didn't answer at all. */
export class ApiError extends Error {
  constructor(readonly status: number, path: string) {
    super(`${path}: ${status}`);
  }
}

/** Raises `ApiError`. `signal` cancels the request. */
export async function read<P extends Reads>(path: P, query: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Answer<P>> {
  const url = new URL(path, location.origin);
  url.search = new URLSearchParams(query).toString();
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept: "application/json" }, signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, path);
  }
  if (!response.ok) throw new ApiError(response.status, path);
  return (await response.json()) as Answer<P>;
}
