import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNow } from "../kit/useNow";
import { Icon } from "../ui/Icon";
import styles from "./Banners.module.css";
import { dispatch, useSession } from "./desk";
import { NoticeText } from "./NoticeText";

/** What is wrong, and what happens about it. Nothing while all is well. */
export function Banners() {
  const { t } = useTranslation();
  const { phase, sip, registered, call, notice, me } = useSession((session) => session);
  const talking = call?.stage === "talking";
  // Why an offer was lost is said in the middle of the screen when it made the agent not ready.
  const said = notice?.kind === "offer_over" && me?.status === "not_ready";
  return (
    <div className={styles.banners}>
      {(phase === "lost" || phase === "connecting") && (
        <Banner tone="red" testId="banner-lost">
          {t("trouble.lost")} · <Retry /> {talking && t("trouble.callGoesOn")}
        </Banner>
      )}
      {phase === "taken_over" && (
        <Banner
          tone="amber"
          testId="banner-taken-over"
          action={<Button type="primary" data-testid="take-back" onClick={() => dispatch({ type: "take_back" })}>{t("trouble.takeBack")}</Button>}
        >
          <strong>{t("trouble.takenOver")}</strong> {t("trouble.takenOverText")}
        </Banner>
      )}
      {phase === "online" && sip && !registered && <Banner tone="amber" testId="banner-phone">{t("trouble.phoneLost")}</Banner>}
      {notice && !said && (
        <Banner
          tone={notice.kind === "offer_over" ? "plain" : "amber"}
          testId="banner-notice"
          action={
            <button type="button" className={styles.dismiss} aria-label={t("trouble.dismiss")} data-testid="dismiss" onClick={() => dispatch({ type: "dismiss" })}>
              <Icon name="close" size={16} />
            </button>
          }
        >
          <NoticeText notice={notice} />
        </Banner>
      )}
    </div>
  );
}

function Retry() {
  const { t } = useTranslation();
  const now = useNow(500);
  const retryAt = useSession((session) => session.retryAt);
  const left = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000);
  return <span>{left > 0 ? t("trouble.retryIn", { seconds: left }) : t("trouble.retrying")}</span>;
}

interface BannerProps {
  readonly tone: "red" | "amber" | "plain";
  readonly testId: string;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

function Banner({ tone, testId, action, children }: BannerProps) {
  return (
    <div className={styles.banner} data-tone={tone} data-testid={testId} role={tone === "red" ? "alert" : "status"}>
      {tone !== "plain" && <Icon name="warning" size={18} />}
      <p>{children}</p>
      {action}
    </div>
  );
}
