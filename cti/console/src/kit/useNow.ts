import { useEffect, useState } from "react";

/** The monotonic clock, read again `every` milliseconds. For display only: what is right comes from the site. */
export function useNow(every = 250): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
