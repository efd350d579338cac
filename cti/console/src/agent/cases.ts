// Cases in the agent's session, PURE. The screen changes when the site says that a change is written, never before.
import type { CaseCard, CaseWish, CustomerCard, FromDesktop, OfferView } from "../api/words";
import type { CaseEvent, Session } from "./state";

const NOBODY: CustomerCard = { id: "", name: "", grade: "", notes: "", fields: {}, last_agent: null, cases: [] };
const NONE: readonly CaseCard[] = [];

/** The cases of whom the screen is about. */
export function callersCases({ subject }: Session): readonly CaseCard[] {
  return subject?.context.customer?.cases ?? NONE;
}

/** A wish in words to the site: with the contact in which it came up, unless it is about a matter of somebody else. */
export function inWords({ subject }: Session, wish: CaseEvent): FromDesktop | null {
  const contact = subject?.context.contact ?? null;
  if (wish.type === "open_case") return contact === null ? null : { ...wish, contact };
  const theirs = subject?.context.customer?.cases.some((known) => known.id === wish.case);
  return { ...wish, contact: theirs ? contact : null } as CaseWish;
}

/** The site has written a change: this is the case now. */
export function told(session: Session, card: CaseCard): Session {
  const { me, ownCases, caseAwaited } = session;
  const awaited = caseAwaited?.id === card.id;
  const subject = session.subject && withCase(session.subject, card, awaited && caseAwaited.opens);
  return {
    ...session,
    subject,
    me: me?.offer && me.offer.offer === subject?.offer ? { ...me, offer: subject } : me,
    ownCases: ownCases && owned(ownCases, card, me?.agent ?? ""),
    caseAwaited: awaited ? null : caseAwaited,
    caseWritten: awaited ? card.id : session.caseWritten,
  };
}

function withCase(subject: OfferView, card: CaseCard, opened: boolean): OfferView {
  const customer = subject.context.customer ?? NOBODY;
  const known = customer.cases.some(({ id }) => id === card.id);
  if (!known && !opened) return subject;
  return { ...subject, context: { ...subject.context, customer: { ...customer, cases: put(customer.cases, card, known) } } };
}

function put(cases: readonly CaseCard[], card: CaseCard, known: boolean): CaseCard[] {
  return known ? cases.map((it) => (it.id === card.id ? card : it)) : [card, ...cases];
}

/** The agent's own, not closed: what is settled or handed over leaves the list. */
function owned(cases: readonly CaseCard[], card: CaseCard, agent: string): readonly CaseCard[] {
  const known = cases.some(({ id }) => id === card.id);
  if (card.status === "closed" || card.owner !== agent) return cases.filter(({ id }) => id !== card.id);
  return put(cases, card, known);
}
