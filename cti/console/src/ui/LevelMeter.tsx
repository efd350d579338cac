import { useEffect, useRef } from "react";
import { meter } from "../voice/sounds";
import styles from "./LevelMeter.module.css";

/** How loud a stream is. Drawn past React: it changes fifteen times a second. */
export function LevelMeter({ stream, label, testId }: { readonly stream: MediaStream | null; readonly label: string; readonly testId: string }) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!stream) return;
    const show = (level: number) => {
      bar.current?.style.setProperty("--level", level.toFixed(2));
      bar.current?.setAttribute("aria-valuenow", String(Math.round(level * 100)));
    };
    const stop = meter(stream, show);
    return () => {
      stop();
      show(0);
    };
  }, [stream]);
  return (
    <div ref={bar} className={styles.meter} role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={0} data-testid={testId}>
      <div className={styles.level} />
    </div>
  );
}
