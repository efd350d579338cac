import { Button, Form, Input, Select } from "antd";
import type { TFunction } from "i18next";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { digitOf, keyOf } from "../agent/shortcuts";
import { ApiError } from "../api/client";
import { useSites } from "../api/useSites";
import { Frame } from "../app/Frame";
import { remember, usePreferences } from "../app/preferences";
import { expose } from "../kit/diagnostics";
import { digitsOnly, duration, phoneNumber } from "../kit/format";
import { useNow } from "../kit/useNow";
import { Icon } from "../ui/Icon";
import { Keypad } from "../ui/Keypad";
import { LevelMeter } from "../ui/LevelMeter";
import type { CallFailure } from "../voice/outgoingCall";
import { dial, hangUp, press, stats, toggleMute, useWebPhone } from "./useWebPhone";
import styles from "./WebPhone.module.css";

const LIT_MS = 160;

export default function WebPhonePage() {
  const { t } = useTranslation();
  const stage = useWebPhone((phone) => phone.stage);
  const busy = stage === "calling" || stage === "talking";
  const lit = useKeys(stage === "talking");

  useEffect(() => {
    expose(stats);
    window.addEventListener("pagehide", hangUp);
    return () => {
      window.removeEventListener("pagehide", hangUp);
      hangUp(); // on another page nobody could
    };
  }, []);

  return (
    <Frame title={t("webphone.title")}>
      <div className={styles.page}>
        <section className={styles.phone} aria-label={t("webphone.title")}>
          {busy ? <Talk lit={lit} /> : <Dial />}
        </section>
      </div>
    </Frame>
  );
}

/** Before and after a call: from where, with which number. */
function Dial() {
  const { t } = useTranslation();
  const sites = useSites();
  const { caller, callSite } = usePreferences();
  const { stage, failure, lasted } = useWebPhone();
  const known = sites.data?.sites ?? [];
  const site = known.find(({ name }) => name === callSite)?.name ?? known[0]?.name;
  const number = sites.data?.hotline ?? "";

  return (
    <>
      <div className={styles.head} aria-live="polite">
        {stage === "ended" ? (
          <div data-testid="call-ended">
            <h1 className={styles.state}>{t("webphone.ended")}</h1>
            {failure ? <p className={styles.failure} role="alert">{failureText(t, failure)}</p> : <p className={styles.text}>{duration(lasted)}</p>}
          </div>
        ) : (
          <>
            <h1 className={styles.state}>{t("webphone.title")}</h1>
            <p className={styles.text}>{t("webphone.text")}</p>
          </>
        )}
      </div>
      <Form layout="vertical" requiredMark={false} onFinish={() => site && void dial(site, caller)}>
        <Form.Item label={t("webphone.site")} htmlFor="site">
          <Select
            id="site"
            data-testid="site"
            size="large"
            value={site ?? null}
            loading={sites.isPending}
            onChange={(name: string) => remember({ callSite: name })}
            options={known.map(({ name, title, ready }) => ({ value: name, label: ready ? title || name : `${title || name} · ${t("app.notReady")}` }))}
          />
        </Form.Item>
        <Form.Item label={t("webphone.caller")} htmlFor="caller" extra={t("webphone.callerHint")}>
          <Input
            id="caller"
            data-testid="caller"
            size="large"
            inputMode="tel"
            autoComplete="off"
            value={caller}
            onChange={({ target }) => remember({ caller: digitsOnly(target.value) })}
          />
        </Form.Item>
        {sites.error && !sites.data && (
          <p className={styles.failure} role="alert">
            {t(sites.error instanceof ApiError && sites.error.status === 401 ? "app.unauthorized" : "app.offline")}
          </p>
        )}
        <Button className={styles.call ?? ""} htmlType="submit" block disabled={!site} data-testid="call">
          <Icon name="phone" /> {t("webphone.call", { number })}
        </Button>
      </Form>
    </>
  );
}

/** During a call. */
function Talk({ lit }: { readonly lit: string }) {
  const { t } = useTranslation();
  const phone = useWebPhone();
  const now = useNow();
  const talking = phone.stage === "talking";
  const caller = usePreferences((preferences) => preferences.caller);

  return (
    <>
      <div className={styles.head} aria-live="polite">
        <h1 className={styles.state} data-testid="call-state">{t(talking ? "webphone.talking" : "webphone.calling")}</h1>
        <p className={styles.timer} role="timer" data-testid="call-timer">{talking ? duration(now - phone.since) : "\u00a0"}</p>
        <p className={styles.text}>{phoneNumber(caller) || "\u00a0"}</p>
        <p className={styles.pressed} data-testid="pressed" aria-label={t("webphone.pressed")}>{phone.pressed || "\u00a0"}</p>
      </div>
      <div className={styles.meters}>
        <Icon name={phone.muted ? "muted" : "microphone"} size={18} />
        <LevelMeter stream={phone.muted ? null : phone.microphone} label={t("webphone.microphone")} testId="meter-microphone" />
        <Icon name="speaker" size={18} />
        <LevelMeter stream={phone.far} label={t("webphone.far")} testId="meter-far" />
      </div>
      <div>
        <Keypad label={t("webphone.keypad")} disabled={!talking} lit={lit} press={press} />
        <p className={styles.hint}>{t("webphone.keypadHint")}</p>
      </div>
      <div className={styles.controls}>
        <Button size="large" disabled={!talking} aria-pressed={phone.muted} data-testid="mute" onClick={toggleMute}>
          <Icon name={phone.muted ? "muted" : "microphone"} /> {t(phone.muted ? "webphone.unmute" : "webphone.mute")}
        </Button>
        <Button size="large" className={styles.hangUp ?? ""} data-testid="hang-up" onClick={hangUp}>
          <Icon name="hangUp" /> {t("webphone.hangUp")}
        </Button>
      </div>
    </>
  );
}

/** The computer's keys press the phone's. Gives the key to light up. */
function useKeys(active: boolean): string {
  const [lit, light] = useState("");
  useEffect(() => {
    if (!active) return;
    let timer: ReturnType<typeof setTimeout>;
    const down = (event: KeyboardEvent) => {
      const key = keyOf(event);
      const digit = key.modified || key.composing || key.repeated || key.focus === "text" ? null : digitOf(key);
      if (!digit) return;
      event.preventDefault();
      press(digit);
      light(digit);
      clearTimeout(timer);
      timer = setTimeout(() => light(""), LIT_MS);
    };
    window.addEventListener("keydown", down);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("keydown", down);
    };
  }, [active]);
  return lit;
}

function failureText(t: TFunction, failure: CallFailure): string {
  switch (failure) {
    case "insecure":
    case "denied":
    case "missing":
    case "in_use":
      return t(`microphone.${failure}`);
    default:
      return t(`webphone.failure.${failure}`);
  }
}
