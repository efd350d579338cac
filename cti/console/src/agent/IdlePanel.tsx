import { Button } from "antd";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Snapshot, Status } from "../api/words";
import { duration } from "../kit/format";
import { useNow } from "../kit/useNow";
import { Icon, type IconName } from "../ui/Icon";
import { Kbd } from "../ui/Kbd";
import { dispatch, useSession } from "./desk";
import styles from "./IdlePanel.module.css";

const LOOKS = {
  available: { icon: "headset", title: "desk.idleAvailable" },
  break: { icon: "cup", title: "desk.idleBreak" },
  not_ready: { icon: "warning", title: "desk.idleNotReady" },
  logged_out: { icon: "signOut", title: "desk.idleLoggedOut" },
} as const satisfies Record<Status, { icon: IconName; title: string }>;

// Why the system takes an agent out of the round.
const REASONS = ["rona", "declined", "phone_unreachable", "kept_back", "node_down", "connection_lost"] as const;

interface IdlePanelProps {
  readonly cases: boolean; // the agent's own are shown below
  pickBreak(): void;
  setCases(shown: boolean): void;
}

/** Between contacts: how things stand, and the one thing to do about it. */
export function IdlePanel({ pickBreak, cases, setCases }: IdlePanelProps) {
  const { t } = useTranslation();
  const now = useNow();
  const { me, since, sip, registered, phase } = useSession((session) => session);
  if (!me) return null;
  const looks = LOOKS[me.status];
  const deaf = sip !== null && !registered;
  const available = me.status === "available";
  return (
    <div className={styles.idle} data-status={me.status} data-small={cases}>
      <span className={styles.sign}><Icon name={looks.icon} size={40} /></span>
      <div>
        <h1 className={styles.title}>{t(looks.title)}</h1>
        <p className={styles.text}>{deaf ? t("desk.idlePhoneLost") : textOf(t, me)}</p>
      </div>
      <p className={styles.timer} aria-hidden="true">{duration(now - since)}</p>
      <div className={styles.actions}>
        {available ? (
          <Button size="large" data-testid="take-break" aria-keyshortcuts="B" disabled={phase !== "online"} onClick={pickBreak}>
            <Icon name="cup" size={18} /> {t("desk.takeBreak")} <Kbd>B</Kbd>
          </Button>
        ) : (
          <Button
            type="primary"
            size="large"
            data-testid="go-ready"
            aria-keyshortcuts="R"
            disabled={phase !== "online"}
            onClick={() => dispatch({ type: "set_status", status: "available" })}
          >
            <Icon name="check" size={18} /> {t("desk.goReady")} <Kbd>R</Kbd>
          </Button>
        )}
        <Button size="large" type="text" data-testid="own-cases-toggle" aria-keyshortcuts="C" aria-expanded={cases} onClick={() => setCases(!cases)}>
          {t("cases.own")} <Kbd>C</Kbd>
        </Button>
      </div>
    </div>
  );
}

function textOf(t: TFunction, { status, reason }: Snapshot): string {
  if (status === "available") return t("desk.idleAvailableText");
  if (status === "break") return t("desk.idleBreakText");
  return t(`desk.notReady.${REASONS.find((known) => known === reason) ?? "other"}`);
}
