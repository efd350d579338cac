import { useQuery } from "@tanstack/react-query";
import { type SiteList, read } from "./client";

/** The sites and the hotline's number. Asked again while one is not ready, so that a page left open comes right by itself. */
export function useSites() {
  return useQuery<SiteList>({
    queryKey: ["sites"],
    queryFn: ({ signal }) => read("/api/v1/sites", {}, signal),
    refetchInterval: ({ state }) => (state.data?.sites.every((site) => site.ready) ? 30_000 : 3_000),
  });
}
