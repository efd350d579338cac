import { Button, Input } from "antd";
import { useTranslation } from "react-i18next";
import { inLanguage } from "../kit/format";
import { Kbd } from "../ui/Kbd";
import { useSession } from "./desk";
import { NOTE_ID, type WrapUp } from "./wrapUp";
import styles from "./WrapUpPanel.module.css";

/** Code, note, what comes next: all reachable without the mouse. */
export function WrapUpPanel({ wrapUp }: { readonly wrapUp: WrapUp }) {
  const { t, i18n } = useTranslation();
  const codes = useSession((session) => session.me?.wrap_up?.codes) ?? [];
  const online = useSession((session) => session.phase === "online");
  return (
    <footer className={styles.panel} data-testid="wrap-up">
      <fieldset className={styles.codes}>
        <legend className={styles.title}>{t("wrapUp.title")}</legend>
        {codes.map((code, index) => (
          <label key={code.code} className={styles.code} data-chosen={code.code === wrapUp.code} data-testid={`code-${code.code}`}>
            <input type="radio" name="wrap-up-code" checked={code.code === wrapUp.code} onChange={() => wrapUp.setCode(code.code)} />
            {index < 9 && <Kbd>{String(index + 1)}</Kbd>}
            {inLanguage(i18n.language, code.zh, code.en)}
          </label>
        ))}
      </fieldset>
      {wrapUp.missing && <p className={styles.missing} role="alert" data-testid="wrap-up-problem">{t("wrapUp.pick")}</p>}
      <label className={styles.note}>
        <span className={styles.title}>{t("wrapUp.note")} <Kbd>N</Kbd></span>
        <Input.TextArea
          id={NOTE_ID}
          autoSize={{ minRows: 2, maxRows: 5 }}
          maxLength={2000}
          placeholder={t("wrapUp.notePlaceholder")}
          data-testid="note"
          value={wrapUp.note}
          onChange={({ target }) => wrapUp.setNote(target.value)}
        />
      </label>
      <div className={styles.actions}>
        <fieldset className={styles.then}>
          <legend>{t("wrapUp.then")}</legend>
          {(["available", "break"] as const).map((status) => (
            <label key={status} data-chosen={status === wrapUp.then} data-testid={`then-${status}`}>
              <input type="radio" name="then" checked={status === wrapUp.then} onChange={() => wrapUp.setThen(status)} />
              {t(`status.${status}`)} <Kbd>{status === "available" ? "R" : "B"}</Kbd>
            </label>
          ))}
        </fieldset>
        <Button type="primary" size="large" aria-keyshortcuts="Enter" data-testid="save-wrap-up" disabled={!online} onClick={wrapUp.save}>
          {t("wrapUp.save")} <Kbd>Enter</Kbd>
        </Button>
      </div>
    </footer>
  );
}
