import { useTranslation } from "react-i18next";
import { duration, inLanguage } from "../kit/format";
import { useSession } from "./desk";
import styles from "./Queues.module.css";
import { waitingQueues } from "./state";

/** How many wait for this agent's skills. */
export function Queues() {
  const { t, i18n } = useTranslation();
  const queues = useSession(waitingQueues);
  return (
    <aside className={styles.queues} aria-labelledby="queues-title">
      <h2 id="queues-title" className={styles.title}>{t("desk.queues")}</h2>
      {queues.length === 0 && <p className={styles.none}>{t("desk.noQueues")}</p>}
      <ul>
        {queues.map((queue) => (
          <li key={queue.queue} className={styles.queue} data-busy={queue.waiting > 0} data-testid={`queue-${queue.queue}`}>
            <span className={styles.name}>{inLanguage(i18n.language, queue.title_zh, queue.title_en)}</span>
            <span className={styles.count} aria-hidden="true" data-testid={`queue-${queue.queue}-waiting`}>{queue.waiting}</span>
            <span className={styles.detail}>
              {queue.waiting > 0
                ? `${t("desk.waiting", { count: queue.waiting })} · ${t("desk.longest", { time: duration(queue.longest_ms) })}`
                : t("desk.nobody")}
            </span>
          </li>
        ))}
      </ul>
    </aside>
  );
}
