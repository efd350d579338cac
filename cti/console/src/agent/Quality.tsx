import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type AudioStats, type Verdict, judge } from "../voice/quality";
import styles from "./CallControls.module.css";
import { stats } from "./desk";

const MEASURE_EVERY_MS = 2_000;

/** How good the line is, in words, with the cause when it is not. */
export function Quality({ held }: { readonly held: boolean }) {
  const { t } = useTranslation();
  const [verdict, setVerdict] = useState<Verdict>({ level: "measuring" });

  const judged = useEffectEvent((before: AudioStats | null, now: AudioStats) => setVerdict(judge(before, now, held)));
  useEffect(() => {
    let before: AudioStats | null = null;
    const timer = setInterval(async () => {
      const now = await stats();
      if (now) judged(before, now);
      before = now;
    }, MEASURE_EVERY_MS);
    return () => clearInterval(timer);
  }, []);

  const cause = verdict.level === "fair" || verdict.level === "poor" ? ` · ${t(`quality.${verdict.cause}`, { value: verdict.value })}` : "";
  return (
    <span className={styles.quality} data-level={verdict.level} data-testid="quality">
      <span className={styles.bars} aria-hidden="true"><i /><i /><i /></span>
      {t(`quality.${verdict.level}`)}{cause}
    </span>
  );
}
