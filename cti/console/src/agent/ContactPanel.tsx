import { useTranslation } from "react-i18next";
import { useSites } from "../api/useSites";
import type { ContactContext, CustomerCard, PathStep } from "../api/words";
import { duration, inLanguage, phoneNumber } from "../kit/format";
import { useNow } from "../kit/useNow";
import { CallersCases } from "./Cases";
import styles from "./ContactPanel.module.css";
import { CountdownRing } from "./CountdownRing";
import { useSession } from "./desk";
import { ringDeadline, stageOf } from "./state";

interface ContactPanelProps {
  readonly openingCase: boolean;
  setOpeningCase(opening: boolean): void;
}

/** Who it is and what they did so far. It stays where it is from the offer to the end of the wrap-up. */
export function ContactPanel(props: ContactPanelProps) {
  const subject = useSession((session) => session.subject);
  return (
    <>
      <Heading />
      {subject ? <Details context={subject.context} {...props} /> : <Bare />}
    </>
  );
}

function Heading() {
  const { t, i18n } = useTranslation();
  const sites = useSites().data?.sites;
  const subject = useSession((session) => session.subject);
  const call = useSession((session) => session.call);
  const context = subject?.context;
  const number = phoneNumber(context?.caller ?? call?.number ?? "");
  const name = context?.customer?.name || context?.caller_name;
  return (
    <header className={styles.heading}>
      <div className={styles.who} role="status">
        <Phase />
        <h1 className={styles.name} data-testid="caller-name">{name || number || t("contact.withheld")}</h1>
        <p className={styles.line}>
          {name && <span className={styles.number} data-testid="caller-number">{number || t("contact.withheld")}</span>}
          {!name && <span data-testid="caller-number" hidden>{number}</span>}
          {context?.customer?.grade && <span className={styles.grade} data-testid="customer-grade">{context.customer.grade}</span>}
          {context && (
            <span className={styles.facts}>
              <b data-testid="offer-queue">{inLanguage(i18n.language, context.queue_title_zh, context.queue_title_en)}</b>
              {context.callback && <b data-testid="offer-callback">{t("contact.callback")}</b>}
              <span data-testid="offer-waited">{t("contact.waited", { time: duration(context.waited_ms) })}</span>
              <span>{t(context.language.startsWith("en") ? "contact.language.en" : "contact.language.zh")}</span>
              <span>{t("contact.from", { site: sites?.find((site) => site.name === context.site)?.title || context.site })}</span>
            </span>
          )}
        </p>
      </div>
      <Clock />
    </header>
  );
}

function Phase() {
  const { t } = useTranslation();
  const stage = useSession(stageOf);
  const call = useSession((session) => session.call);
  const held = useSession((session) => session.call?.held ?? session.me?.state === "held");
  const words = {
    idle: "",
    offered: t(call?.stage === "answering" ? "contact.answering" : "contact.incoming"),
    talking: t(held ? "contact.held" : "contact.talking"),
    wrap_up: t("contact.wrapUp"),
  };
  return <p className={styles.phase} data-stage={held && stage === "talking" ? "held" : stage} data-testid="phase">{words[stage]}</p>;
}

/** Until the phone stops ringing; since the conversation began; until the wrap-up must be saved. */
function Clock() {
  const { t } = useTranslation();
  const session = useSession((it) => it);
  const now = useNow();
  const stage = stageOf(session);
  const deadline = ringDeadline(session);
  if (deadline !== null) return <CountdownRing left={deadline - now} total={(session.me?.offer?.ring_seconds ?? 1) * 1000} tone="jade" testId="ring-left" />;
  if (stage === "wrap_up" && session.me?.wrap_up && session.wrapUpEndsAt !== null) {
    return <CountdownRing left={session.wrapUpEndsAt - now} total={session.me.wrap_up.seconds * 1000} tone="plum" testId="wrap-up-left" />;
  }
  const since = session.talkingSince ?? session.call?.since;
  if (stage !== "talking" || since === undefined) return null;
  return <p className={styles.clock} role="timer" aria-label={t("contact.talking")} data-testid="talk-timer">{duration(now - since)}</p>;
}

function Bare() {
  const { t } = useTranslation();
  return <div className={styles.details}><p className={styles.quiet}>{t("contact.bare")}</p></div>;
}

function Details({ context, openingCase, setOpeningCase }: ContactPanelProps & { readonly context: ContactContext }) {
  const { t } = useTranslation();
  return (
    <div className={styles.details} tabIndex={0}>
      <CallersCases opening={openingCase} setOpening={setOpeningCase} />
      <section aria-labelledby="customer-title">
        <h2 id="customer-title" className={styles.title}>{t("contact.customer")}</h2>
        <Customer customer={context.customer} pending={context.customer_pending} />
      </section>
      <section aria-labelledby="path-title">
        <h2 id="path-title" className={styles.title}>{t("contact.path")}</h2>
        <Path steps={context.path} />
        <Collected values={context.collected} />
      </section>
    </div>
  );
}

function Customer({ customer, pending }: { readonly customer: CustomerCard | null; readonly pending: boolean }) {
  const { t } = useTranslation();
  if (!customer?.id && !customer?.name) { // nobody, or nothing but cases of this number
    return (
      <p className={styles.quiet} data-testid="customer" data-pending={pending}>
        {pending && <i className={styles.spinner} aria-hidden="true" />}
        {t(pending ? "contact.customerLoading" : "contact.customerNone")}
      </p>
    );
  }
  const rows = [[t("contact.customerId"), customer.id], ...Object.entries(customer.fields)].filter(([, value]) => value);
  return (
    <div data-testid="customer" data-pending="false">
      {customer.notes && <p className={styles.notes} data-testid="customer-notes">{customer.notes}</p>}
      <dl className={styles.fields}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Path({ steps }: { readonly steps: readonly PathStep[] }) {
  const { t, i18n } = useTranslation();
  if (steps.length === 0) return <p className={styles.quiet}>{t("contact.pathEmpty")}</p>;
  return (
    <ol className={styles.path} data-testid="path">
      {steps.map((step, index) => (
        // The same node may be passed twice: only its place tells the steps apart.
        <li key={index} data-testid="path-step">
          <span>{inLanguage(i18n.language, step.title_zh, step.title_en) || step.node}</span>
          {step.input && <span className={styles.input} data-testid="path-input">{step.input}</span>}
        </li>
      ))}
    </ol>
  );
}

function Collected({ values }: { readonly values: ContactContext["collected"] }) {
  const { t } = useTranslation();
  const entries = Object.entries(values);
  if (entries.length === 0) return null;
  return (
    <>
      <h3 className={styles.subtitle}>{t("contact.typed")}</h3>
      <dl className={styles.fields} data-testid="collected">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={styles.typed} data-testid={`collected-${name}`}>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
