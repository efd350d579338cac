// The words of the agent's session: what it is, what can happen to it, what it asks for, what is read from it.
import type { CaseCard, CaseWish, Choice, CodeText, Device, FromDesktop, FromSite, OfferView, QueueView, Refused, SipAccount, Snapshot } from "../api/words";
import type { MicrophoneProblem } from "../voice/microphone";

export type Phase = "signed_out" | "connecting" | "online" | "lost" | "taken_over";

export interface Credentials {
  readonly agent: string;
  readonly password: string;
  readonly device: Device;
  readonly language: "zh" | "en";
}

/** What this browser's phone does. `offer` is empty when the INVITE named none. */
export interface Call {
  readonly id: string;
  readonly offer: string;
  readonly number: string;
  readonly stage: "ringing" | "answering" | "talking";
  readonly muted: boolean;
  readonly held: boolean;
  readonly since: number;
}

export type Notice =
  | { readonly kind: "refused"; readonly refused: Refused }
  | { readonly kind: "offer_over"; readonly outcome: string }
  | { readonly kind: "microphone"; readonly reason: MicrophoneProblem }
  | { readonly kind: "going_in_circles" };

export interface Session {
  readonly phase: Phase;
  readonly credentials: Credentials | null;
  readonly urls: readonly string[]; // where to try, the best first
  readonly url: string;
  readonly hops: number; // `elsewhere` followed without a site that took us in, or was out of reach
  readonly attempt: number; // failed connections in a row
  readonly retryAt: number | null;
  readonly n: number; // of the last message
  readonly me: Snapshot | null;
  readonly since: number; // local time at which `me.state` began
  readonly talkingSince: number | null; // held or not
  readonly subject: OfferView | null; // who the screen is about: kept from the offer to the end of the wrap-up
  readonly wrapUpEndsAt: number | null;
  readonly wrapUpSaved: string | null; // the contact whose wrap-up was sent to the site, which has not refused it
  readonly breakReasons: readonly CodeText[];
  readonly wrapUpCodes: readonly CodeText[];
  readonly sip: SipAccount | null;
  readonly registered: boolean;
  readonly call: Call | null;
  readonly answerWanted: boolean; // the agent answered before the phone rang
  readonly ownCases: readonly CaseCard[] | null; // the agent's, once they were asked for
  readonly ownCasesAwaited: boolean; // asked for, and neither told nor refused yet
  readonly caseAwaited: { readonly id: string; readonly opens: boolean } | null; // whose change the site has not told back yet
  readonly caseWritten: string | null; // whose change it has told back, until the next is wished
  readonly notice: Notice | null;
}

/** What an agent wishes of a case; the contact in which is known. */
export type CaseEvent = CaseWish extends infer Wish ? (Wish extends unknown ? Omit<Wish, "contact"> : never) : never;

export const signedOut: Session = {
  phase: "signed_out", credentials: null, urls: [], url: "", hops: 0, attempt: 0, retryAt: null, n: 0, me: null, since: 0,
  talkingSince: null, subject: null, wrapUpEndsAt: null, wrapUpSaved: null, breakReasons: [], wrapUpCodes: [], sip: null, registered: false,
  call: null, answerWanted: false, ownCases: null, ownCasesAwaited: false, caseAwaited: null, caseWritten: null, notice: null,
};

/** Times are milliseconds of one monotonic clock. */
export type Event =
  | { readonly type: "sign_in"; readonly credentials: Credentials; readonly urls: readonly string[] }
  | { readonly type: "sign_out" }
  | { readonly type: "opened" }
  | { readonly type: "closed" }
  | { readonly type: "retry_planned"; readonly at: number }
  | { readonly type: "retry" }
  | { readonly type: "take_back" }
  | { readonly type: "message"; readonly message: FromSite; readonly n: number; readonly now: number }
  | { readonly type: "registered"; readonly registered: boolean }
  | { readonly type: "incoming"; readonly id: string; readonly offer: string; readonly number: string; readonly now: number }
  | { readonly type: "call_answered"; readonly id: string; readonly now: number }
  | { readonly type: "call_ended"; readonly id: string }
  | { readonly type: "call_failed"; readonly id: string; readonly reason: MicrophoneProblem } // the microphone; it still rings
  | { readonly type: "call_changed"; readonly id: string; readonly muted?: boolean; readonly held?: boolean }
  | { readonly type: "set_status"; readonly status: Choice; readonly reason?: string }
  | { readonly type: "answer" }
  | { readonly type: "decline" }
  | { readonly type: "hang_up" }
  | { readonly type: "save_wrap_up"; readonly code: string; readonly note: string; readonly then: Choice }
  | { readonly type: "work_on_case"; readonly wish: CaseEvent }
  | { readonly type: "list_cases" }
  | { readonly type: "dismiss" };

export type Command =
  | { readonly do: "open"; readonly url: string }
  | { readonly do: "close" }
  | { readonly do: "plan_retry"; readonly attempt: number }
  | { readonly do: "send"; readonly message: FromDesktop }
  | { readonly do: "present"; readonly offer: string } // draw, then say `shown`
  | { readonly do: "start_phone"; readonly account: SipAccount }
  | { readonly do: "stop_phone" }
  | { readonly do: "answer_call"; readonly id: string }
  | { readonly do: "end_call"; readonly id: string; readonly afterMs: number }
  | { readonly do: "remember"; readonly url: string };

/** Which of the screens is due. */
export type Stage = "idle" | "offered" | "talking" | "wrap_up";

export function stageOf(session: Session): Stage {
  const state = session.me?.state;
  if (session.call?.stage === "talking" || state === "talking" || state === "held") return "talking";
  if (session.call || ((state === "reserved" || state === "ringing") && session.me?.offer)) return "offered";
  return state === "wrap_up" && session.me?.wrap_up ? "wrap_up" : "idle";
}

/** When the phone stops ringing; null while nothing is offered. */
export function ringDeadline(session: Session): number | null {
  const offer = session.me?.offer;
  return offer && stageOf(session) === "offered" ? session.since + offer.ring_seconds * 1000 : null;
}

const NONE: readonly QueueView[] = [];

export function waitingQueues(session: Session): readonly QueueView[] {
  return session.me?.queues ?? NONE;
}
