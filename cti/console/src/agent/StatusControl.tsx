import { Dropdown, type MenuProps } from "antd";
import { useTranslation } from "react-i18next";
import { duration, inLanguage } from "../kit/format";
import { useNow } from "../kit/useNow";
import { Icon } from "../ui/Icon";
import { Kbd } from "../ui/Kbd";
import styles from "./StatusControl.module.css";
import { dispatch, useSession } from "./desk";
import { stageOf } from "./state";

interface StatusControlProps {
  readonly picking: boolean;
  setPicking(picking: boolean): void;
}

/** What the agent is, since when, and what comes next. */
export function StatusControl({ picking, setPicking }: StatusControlProps) {
  const { t, i18n } = useTranslation();
  const { me, since, breakReasons, phase } = useSession((session) => session);
  const stage = useSession(stageOf);
  const now = useNow();
  if (!me) return null;

  const text = (code: string | null) => {
    const reason = breakReasons.find((it) => it.code === code);
    return reason ? inLanguage(i18n.language, reason.zh, reason.en) : (code ?? "");
  };
  const items: MenuProps["items"] = [
    { key: "available", label: <Item text={t("status.available")} hint="R" />, icon: <Icon name="check" size={16} /> },
    {
      type: "group",
      label: t("desk.breakReason"),
      children: breakReasons.map((reason, index) => ({
        key: `break:${reason.code}`,
        label: <Item text={text(reason.code)} hint={index < 9 ? String(index + 1) : ""} testId={`break-${reason.code}`} />,
        icon: <Icon name="cup" size={16} />,
      })),
    },
  ];
  const choose: MenuProps["onClick"] = ({ key }) => {
    const [status, reason] = key.split(":");
    if (status === "break" && reason) dispatch({ type: "set_status", status: "break", reason });
    else dispatch({ type: "set_status", status: "available" });
  };

  const idle = stage === "idle";
  const label = idle ? t(`status.${me.status}`) : t(`state.${me.state}`);
  const reason = idle && me.status === "break" && me.reason ? ` · ${text(me.reason)}` : "";
  return (
    <div className={styles.status}>
      <Dropdown menu={{ items, onClick: choose, className: styles.menu ?? "" }} trigger={["click"]} open={picking} onOpenChange={setPicking} placement="bottom" disabled={phase !== "online"}>
        <button
          type="button"
          className={styles.pill}
          data-kind={idle ? me.status : me.state}
          data-testid="status"
          data-status={me.status}
          data-state={me.state}
          aria-haspopup="menu"
          aria-expanded={picking}
        >
          <i className={styles.dot} aria-hidden="true" />
          <span>{label}{reason}</span>
          <span className={styles.timer} role="timer" data-testid="status-timer">{duration(now - since)}</span>
          <Icon name="chevron" size={16} />
        </button>
      </Dropdown>
      {me.next_status && (
        <span className={styles.next} data-testid="next-status">{t("desk.next", { status: t(`status.${me.next_status}`) })}</span>
      )}
    </div>
  );
}

function Item({ text, hint, testId }: { readonly text: string; readonly hint: string; readonly testId?: string }) {
  return (
    <span className={styles.item} data-testid={testId}>
      {text}
      {hint && <Kbd>{hint}</Kbd>}
    </span>
  );
}
