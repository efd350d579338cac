import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CaseCard } from "../api/words";
import { ago, phoneNumber } from "../kit/format";
import { useNow } from "../kit/useNow";
import { Kbd } from "../ui/Kbd";
import { type Change, ChangeForm, OpenForm } from "./CaseForms";
import styles from "./Cases.module.css";
import { callersCases } from "./cases";
import { dispatch, useSession } from "./desk";
import { stageOf } from "./state";

interface CallersCasesProps {
  readonly opening: boolean;
  setOpening(opening: boolean): void;
}

/** What the customer has going on, and a way to take up something new. */
export function CallersCases({ opening, setOpening }: CallersCasesProps) {
  const { t } = useTranslation();
  const cases = useSession(callersCases);
  const online = useSession((session) => session.phase === "online");
  const spoken = useSession((session) => stageOf(session) !== "offered"); // before, there is nothing to take up
  return (
    <section className={styles.section} aria-labelledby="cases-title" data-testid="cases">
      <header className={styles.head}>
        <h2 id="cases-title" className={styles.title}>{t("cases.title")}</h2>
        {spoken && !opening && (
          <button type="button" className={styles.action} aria-keyshortcuts="C" data-testid="open-case" disabled={!online} onClick={() => setOpening(true)}>
            {t("cases.open")} <Kbd>C</Kbd>
          </button>
        )}
      </header>
      {opening && <OpenForm done={() => setOpening(false)} />}
      <CaseList cases={cases} empty={t("cases.none")} />
    </section>
  );
}

/** What the agent owns, read when it is looked at. */
export function OwnCases() {
  const { t } = useTranslation();
  const cases = useSession((session) => session.ownCases);
  const awaited = useSession((session) => session.ownCasesAwaited);
  const online = useSession((session) => session.phase === "online");
  useEffect(() => {
    if (online) dispatch({ type: "list_cases" }); // anew after a lost connection, which may have taken the answer with it
  }, [online]);
  return (
    <section className={`${styles.section} ${styles.own}`} aria-labelledby="own-cases-title" data-testid="own-cases">
      <header className={styles.head}>
        <h2 id="own-cases-title" className={styles.title}>{t("cases.own")}</h2>
      </header>
      {cases === null ? awaited && <p className={styles.quiet}>{t("cases.loading")}</p> : <CaseList cases={cases} empty={t("cases.ownNone")} numbers />}
    </section>
  );
}

function CaseList({ cases, empty, numbers = false }: { readonly cases: readonly CaseCard[]; readonly empty: string; readonly numbers?: boolean }) {
  if (cases.length === 0) return <p className={styles.quiet}>{empty}</p>;
  return (
    <ul className={styles.list}>
      {cases.map((it) => <Item key={it.id} card={it} number={numbers} />)}
    </ul>
  );
}

const KINDS = ["complaint", "claim", "advice", "other"] as const;

function Item({ card, number }: { readonly card: CaseCard; readonly number: boolean }) {
  const { t, i18n } = useTranslation();
  const me = useSession((session) => session.me?.agent);
  const [change, setChange] = useState<Change | null>(null);
  useNow(60_000); // its age grows
  const kind = KINDS.find((known) => known === card.kind);
  return (
    <li className={styles.case} data-status={card.status} data-testid="case">
      <p className={styles.subject}>
        <span className={styles.kind} data-kind={card.kind}>{kind ? t(`cases.kinds.${kind}`) : card.kind}</span>
        <strong data-testid="case-subject">{card.subject}</strong>
      </p>
      <p className={styles.facts}>
        <span className={styles.status} data-testid="case-status">{t(`cases.status.${card.status}`)}</span>
        <span data-testid="case-owner">{card.owner === me ? t("cases.yours") : t("cases.owner", { agent: card.owner })}</span>
        <time dateTime={card.opened_at}>{ago(card.opened_at, Date.now(), i18n.language)}</time>
        {number && card.number && <span>{phoneNumber(card.number)}</span>}
      </p>
      {(card.resolution ?? card.note) && <p className={styles.note} data-testid="case-note">{card.resolution ?? card.note}</p>}
      {change ? <ChangeForm card={card} change={change} done={() => setChange(null)} /> : <Actions card={card} setChange={setChange} />}
    </li>
  );
}

function Actions({ card, setChange }: { readonly card: CaseCard; setChange(change: Change): void }) {
  const { t } = useTranslation();
  const idle = useSession((session) => session.phase === "online" && session.caseAwaited === null);
  const become = (status: CaseCard["status"]) => dispatch({ type: "work_on_case", wish: { type: "set_case_status", case: card.id, status, resolution: null } });
  const button = (label: string, testId: string, act: () => void) => (
    <button type="button" className={styles.action} data-testid={testId} disabled={!idle} aria-label={`${label}: ${card.subject}`} onClick={act}>
      {label}
    </button>
  );
  return (
    <div className={styles.actions}>
      {button(t("cases.note"), "case-add-note", () => setChange("note"))}
      {card.status === "closed" ? (
        button(t("cases.reopen"), "case-reopen", () => become("open"))
      ) : (
        <>
          {button(t("cases.handOver"), "case-hand-over", () => setChange("handOver"))}
          {card.status === "open" ? button(t("cases.wait"), "case-wait", () => become("pending")) : button(t("cases.resume"), "case-resume", () => become("open"))}
          {button(t("cases.close"), "case-close", () => setChange("close"))}
        </>
      )}
    </div>
  );
}
