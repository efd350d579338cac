// What reaches an agent who looks elsewhere: the ring, the tab's title, a notification of the operating system.
import i18next, { type TFunction } from "i18next";
import { phoneNumber } from "../kit/format";
import { ring } from "../voice/sounds";
import { session, subscribe } from "./desk";
import { type Session, stageOf } from "./state";

/** Ask from a click: browsers ignore it otherwise. */
export function allowNotifications(): void {
  if ("Notification" in window && Notification.permission === "default") void Notification.requestPermission();
}

export function callerOf({ subject, call }: Session): string {
  return subject?.context.customer?.name || subject?.context.caller_name || phoneNumber(subject?.context.caller ?? call?.number ?? "");
}

/** From now on. */
export function watchForCalls(): void {
  let stopRing: (() => void) | null = null;
  let notification: Notification | null = null;
  let offered = false;

  const look = () => {
    const { t } = i18next;
    const now = session();
    const rings = now.call?.stage === "ringing";
    if (rings && !stopRing) stopRing = ring();
    if (!rings) {
      stopRing?.();
      stopRing = null;
    }
    const wasOffered = offered;
    offered = stageOf(now) === "offered";
    if (offered && !wasOffered && document.hidden) notification = notify(t("contact.incoming"), callerOf(now));
    if (!offered) {
      notification?.close();
      notification = null;
    }
    document.title = title(t, now);
  };

  look();
  subscribe(look);
  i18next.on("languageChanged", look);
}

function title(t: TFunction, now: Session): string {
  const stage = stageOf(now);
  if (stage === "offered") return `☎ ${callerOf(now)} · ${t("contact.incoming")}`;
  if (stage === "idle") return now.me ? `${t(`status.${now.me.status}`)} · Hotline` : "Hotline";
  return `${t(stage === "talking" ? "contact.talking" : "contact.wrapUp")} · ${callerOf(now)}`;
}

function notify(heading: string, body: string): Notification | null {
  if (!("Notification" in window) || Notification.permission !== "granted") return null;
  try {
    const notification = new Notification(heading, { body, tag: "hotline-call", requireInteraction: true });
    notification.onclick = () => window.focus();
    return notification;
  } catch {
    return null; // some phones allow notifications from service workers only
  }
}
