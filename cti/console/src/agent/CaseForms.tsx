import { Button, Input } from "antd";
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CaseCard, CaseKind } from "../api/words";
import { digitsOnly } from "../kit/format";
import { ulid } from "../kit/ulid";
import styles from "./Cases.module.css";
import { callersCases } from "./cases";
import { dispatch, useSession } from "./desk";
import type { CaseEvent } from "./state";

export type Change = "note" | "handOver" | "close";
const KINDS: readonly CaseKind[] = ["complaint", "claim", "advice", "other"];

/** Takes up a new matter. It closes when the site has the case; what was typed stays until then. */
export function OpenForm({ done }: { done(): void }) {
  const { t } = useTranslation();
  const [id] = useState(() => ulid()); // said again under the same id it is the same case
  const [kind, setKind] = useState<CaseKind>("complaint");
  const [subject, setSubject] = useState("");
  const [missing, setMissing] = useState(false);
  const there = useSession((session) => callersCases(session).some((known) => known.id === id));
  useEffect(() => {
    if (there) done();
  }, [there, done]);

  const save = () => {
    const said = subject.trim();
    setMissing(said === "");
    if (said) dispatch({ type: "work_on_case", wish: { type: "open_case", case: id, kind, subject: said } });
  };
  return (
    <Form id={id} save={save} cancel={done} testId="case-form">
      <fieldset className={styles.kinds}>
        <legend className="visually-hidden">{t("cases.open")}</legend>
        {KINDS.map((it) => (
          <label key={it} data-chosen={it === kind} data-testid={`case-kind-${it}`}>
            <input type="radio" name="case-kind" checked={it === kind} onChange={() => setKind(it)} />
            {t(`cases.kinds.${it}`)}
          </label>
        ))}
      </fieldset>
      <label className={styles.field}>
        <span>{t("cases.subject")}</span>
        <Input
          autoFocus maxLength={200} data-testid="case-subject-field" placeholder={t("cases.subjectPlaceholder")} value={subject}
          status={missing ? "error" : ""} aria-invalid={missing}
          onChange={({ target }) => setSubject(target.value)}
        />
      </label>
      {missing && <p className={styles.missing} role="alert">{t("cases.needSubject")}</p>}
    </Form>
  );
}

const LABELS = { note: "cases.noteLabel", handOver: "cases.handOverLabel", close: "cases.closeLabel" } as const;

/** One line: a note, the next owner, or what came of it. It closes when the site has written it; what was typed stays until then. */
export function ChangeForm({ card, change, done }: { readonly card: CaseCard; readonly change: Change; done(): void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [sent, setSent] = useState(false);
  const written = useSession((session) => session.caseWritten === card.id);
  useEffect(() => {
    if (sent && written) done();
  }, [sent, written, done]);

  const save = () => {
    const said = text.trim();
    const wish = wishOf(card.id, change, said);
    if (!wish) return;
    setSent(true);
    dispatch({ type: "work_on_case", wish });
  };
  return (
    <Form id={card.id} save={save} cancel={done} testId="case-change">
      <label className={styles.field}>
        <span>{t(LABELS[change])}</span>
        <Input
          autoFocus maxLength={change === "handOver" ? 20 : 2000} inputMode={change === "handOver" ? "numeric" : "text"} data-testid="case-text"
          value={text} onChange={({ target }) => setText(change === "handOver" ? digitsOnly(target.value) : target.value)}
        />
      </label>
    </Form>
  );
}

function wishOf(id: string, change: Change, said: string): CaseEvent | null {
  if (change === "close") return { type: "set_case_status", case: id, status: "closed", resolution: said || null };
  if (said === "") return null;
  return change === "note" ? { type: "note_case", case: id, note: said } : { type: "hand_over_case", case: id, to: said };
}

interface FormProps {
  readonly id: string; // of the case
  readonly testId: string;
  readonly children: ReactNode;
  save(): void;
  cancel(): void;
}

/** Enter saves, Escape leaves; while the site writes, nothing can be sent twice. */
function Form({ id, testId, children, save, cancel }: FormProps) {
  const { t } = useTranslation();
  const saving = useSession((session) => session.caseAwaited?.id === id);
  const ready = useSession((session) => session.phase === "online" && session.caseAwaited === null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) save();
  };
  const leave = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.nativeEvent.isComposing) cancel();
  };
  return (
    <form className={styles.form} onSubmit={submit} onKeyDown={leave} data-testid={testId}>
      {children}
      <div className={styles.buttons}>
        <Button htmlType="submit" type="primary" size="small" data-testid="case-save" disabled={!ready}>{t(saving ? "cases.saving" : "cases.save")}</Button>
        <Button size="small" type="text" data-testid="case-cancel" onClick={cancel}>{t("cases.cancel")}</Button>
      </div>
    </form>
  );
}
