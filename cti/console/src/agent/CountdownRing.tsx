import { duration } from "../kit/format";
import styles from "./ContactPanel.module.css";

interface CountdownRingProps {
  readonly left: number; // milliseconds
  readonly total: number;
  readonly tone: "jade" | "plum";
  readonly testId: string;
}

const RADIUS = 33;
const LENGTH = 2 * Math.PI * RADIUS;

/** Time running out. */
export function CountdownRing({ left, total, tone, testId }: CountdownRingProps) {
  const share = Math.min(1, Math.max(0, left / total));
  const late = left < 5_000;
  return (
    <div className={styles.ring} data-tone={late ? "red" : tone}>
      <svg aria-hidden="true" width="76" height="76" viewBox="0 0 76 76">
        <circle className={styles.track} cx="38" cy="38" r={RADIUS} />
        <circle className={styles.left} cx="38" cy="38" r={RADIUS} strokeDasharray={LENGTH} strokeDashoffset={LENGTH * (1 - share)} transform="rotate(-90 38 38)" />
      </svg>
      <span role="timer" data-testid={testId}>{left < 100_000 ? Math.max(0, Math.ceil(left / 1000)) : duration(left)}</span>
    </div>
  );
}
