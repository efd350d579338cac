import { Button, Input, type InputRef } from "antd";
import type { TFunction } from "i18next";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { useSites } from "../api/useSites";
import type { Device } from "../api/words";
import { Frame } from "../app/Frame";
import { remember, usePreferences } from "../app/preferences";
import { digitsOnly } from "../kit/format";
import { Mark } from "../ui/Mark";
import { allowSound } from "../voice/sounds";
import { allowNotifications } from "./attention";
import { dispatch, useSession, wasInterrupted } from "./desk";
import { NoticeText } from "./NoticeText";
import { inOrder } from "./order";
import styles from "./SignIn.module.css";
import { SoundCheck } from "./SoundCheck";

export function SignIn() {
  const { t } = useTranslation();
  const sites = useSites();
  const { agent, device, language } = usePreferences();
  const phase = useSession((session) => session.phase);
  const notice = useSession((session) => session.notice);
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState<"agent" | "password" | null>(null);
  const [interrupted] = useState(wasInterrupted);
  const passwordField = useRef<InputRef>(null);
  const agentField = useRef<InputRef>(null);
  const busy = phase === "connecting" || phase === "lost";

  useEffect(() => (usePreferences.getState().agent ? passwordField : agentField).current?.focus(), []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const lacking = agent === "" ? "agent" : password === "" ? "password" : null;
    setMissing(lacking);
    if (lacking) return (lacking === "agent" ? agentField : passwordField).current?.focus();
    allowSound();
    allowNotifications();
    const urls = inOrder(sites.data?.sites ?? [], usePreferences.getState().agentsUrl);
    dispatch({ type: "sign_in", credentials: { agent, password, device, language }, urls });
  };

  return (
    <Frame title={t("app.agentDoor")}>
      <div className={styles.page}>
        <form className={styles.card} onSubmit={submit} noValidate>
          <header className={styles.head}>
            <Mark size={44} />
            <h1>{t("signIn.title")}</h1>
          </header>
          {interrupted && <p className={styles.warning} role="status" data-testid="interrupted">{t("signIn.interrupted")}</p>}
          <label className={styles.field}>
            <span>{t("signIn.agent")}</span>
            <Input
              ref={agentField}
              size="large"
              name="username"
              autoComplete="username"
              inputMode="numeric"
              data-testid="agent"
              value={agent}
              disabled={busy}
              status={missing === "agent" ? "error" : ""}
              onChange={({ target }) => remember({ agent: digitsOnly(target.value) })}
            />
          </label>
          <label className={styles.field}>
            <span>{t("signIn.password")}</span>
            <Input.Password
              ref={passwordField}
              size="large"
              name="password"
              autoComplete="current-password"
              maxLength={200}
              data-testid="password"
              value={password}
              disabled={busy}
              status={missing === "password" ? "error" : ""}
              onChange={({ target }) => setPassword(target.value)}
            />
          </label>
          <Devices value={device} disabled={busy} />
          {device === "browser" && <SoundCheck />}
          <p className={styles.problem} role="alert" data-testid="sign-in-problem">
            {missing ? t(missing === "agent" ? "signIn.needAgent" : "signIn.needPassword") : problem(t, sites, phase === "lost")}
            {!missing && !busy && notice && <NoticeText notice={notice} />}
          </p>
          <div className={styles.actions}>
            <Button type="primary" size="large" htmlType="submit" block loading={busy} disabled={!sites.data?.sites.length} data-testid="sign-in">
              {busy ? t("signIn.connecting") : t("signIn.submit")}
            </Button>
            {busy && <Button size="large" data-testid="cancel-sign-in" onClick={() => dispatch({ type: "sign_out" })}>{t("signIn.cancel")}</Button>}
          </div>
        </form>
      </div>
    </Frame>
  );
}

function Devices({ value, disabled }: { readonly value: Device; readonly disabled: boolean }) {
  const { t } = useTranslation();
  return (
    <fieldset className={styles.devices} disabled={disabled}>
      <legend>{t("signIn.device")}</legend>
      {(["browser", "phone"] as const).map((device) => (
        <label key={device} className={styles.device} data-chosen={device === value} data-testid={`device-${device}`}>
          <input type="radio" name="device" checked={device === value} onChange={() => remember({ device })} />
          <strong>{t(`signIn.${device}`)}</strong>
          <span>{t(`signIn.${device}Text`)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function problem(t: TFunction, sites: ReturnType<typeof useSites>, unreachable: boolean): string {
  if (unreachable) return t("signIn.unreachable");
  if (sites.error && !sites.data) return t(sites.error instanceof ApiError && sites.error.status === 401 ? "app.unauthorized" : "app.offline");
  return sites.data?.sites.length === 0 ? t("signIn.noSites") : "";
}
