import { useQuery } from "@tanstack/react-query";
import { type AlarmView, read } from "./client";

/** The open alarms; none while they can't be read, since the page says then what is wrong. */
export function useAlarms(): readonly AlarmView[] {
  const { data } = useQuery({
    queryKey: ["alarms"],
    queryFn: ({ signal }) => read("/api/v1/alarms", {}, signal),
    refetchInterval: 10_000,
  });
  return data?.open ?? [];
}
