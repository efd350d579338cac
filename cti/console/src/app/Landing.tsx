import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { ApiError } from "../api/client";
import { useAlarms } from "../api/useAlarms";
import { useSites } from "../api/useSites";
import { Icon, type IconName } from "../ui/Icon";
import { Frame } from "./Frame";
import styles from "./Landing.module.css";

export function Landing() {
  const { t } = useTranslation();
  const sites = useSites();
  return (
    <Frame>
      <div className={styles.page}>
        <div className={styles.hero}>
          <p className={styles.number} data-testid="hotline">{sites.data?.hotline ?? "\u00a0"}</p>
          <h1 className={styles.tagline}>{t("app.tagline")}</h1>
        </div>
        <nav className={styles.doors}>
          <Door href="/agent" icon="headset" title={t("app.agentDoor")} text={t("app.agentDoorText")} testId="door-agent" />
          <Door href="/phone" icon="phone" title={t("app.phoneDoor")} text={t("app.phoneDoorText")} testId="door-phone" />
        </nav>
        <Sites sites={sites} />
        <Alarms />
      </div>
    </Frame>
  );
}

function Door({ href, icon, title, text, testId }: { href: string; icon: IconName; title: string; text: string; testId: string }) {
  return (
    <Link href={href} className={styles.door ?? ""} data-testid={testId}>
      <span className={styles.doorIcon}><Icon name={icon} size={26} /></span>
      <span>
        <strong className={styles.doorTitle}>{title}</strong>
        <span className={styles.doorText}>{text}</span>
      </span>
      <span className={styles.arrow}><Icon name="arrow" size={20} /></span>
    </Link>
  );
}

function Sites({ sites: { data, error } }: { readonly sites: ReturnType<typeof useSites> }) {
  const { t } = useTranslation();
  if (error && !data) {
    const unauthorized = error instanceof ApiError && error.status === 401;
    return <p className={styles.offline} role="status">{t(unauthorized ? "app.unauthorized" : "app.offline")}</p>;
  }
  return (
    <ul className={styles.sites} aria-label={t("app.sites")}>
      {data?.sites.map((site) => (
        <li key={site.name} className={styles.site} data-ready={site.ready} data-testid={`site-${site.name}`}>
          <i className={styles.dot} aria-hidden="true" />
          {site.title || site.name}
          <span className={styles.readiness}>{t(site.ready ? "app.ready" : "app.notReady")}</span>
        </li>
      ))}
    </ul>
  );
}

/** What synthetic calls have found. Nothing while all is well. */
function Alarms() {
  const { t, i18n } = useTranslation();
  const alarms = useAlarms();
  if (alarms.length === 0) return null;
  return (
    <ul className={styles.alarms} aria-label={t("app.alarms")} data-testid="alarms">
      {alarms.map((alarm) => (
        <li key={alarm.id} data-testid={`alarm-${alarm.id}`}>
          {i18n.language.startsWith("zh") ? alarm.what.zh : alarm.what.en}
          <span className={styles.readiness}>{t("app.since", { at: new Date(alarm.since).toLocaleTimeString(i18n.language) })}</span>
        </li>
      ))}
    </ul>
  );
}
