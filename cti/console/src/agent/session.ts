// The agent's session, PURE: (session, event) → [session, commands]. It reads no clock and touches no socket, phone or page.
//
//   signed_out ──sign_in──▶ connecting ──logged_in──▶ online ──closed, gap──▶ lost ──retry──▶ connecting
//        ▲                      │  └──elsewhere: the same, at the other site──┘
//        └───refused, sign_out──┘           taken_over ◀── another tab signed in; take_back ──▶ connecting
//
// The site's snapshot is the truth about status and state. The call is what this browser's own phone does: the two are
// independent, because a conversation outlives a lost connection to the site.
import type { FromDesktop, FromSite, OfferView, Refused, SipAccount, Snapshot } from "../api/words";
import { inWords, told } from "./cases";
import { type Call, type Command, type Event, type Notice, type Session, signedOut } from "./state";

export type Step = readonly [Session, readonly Command[]];

const MOST_HOPS = 3;
// The site ends the call when told to; the browser does it alone if the site doesn't, or can't be told.
const SITE_HAS_MS = 1500;

export function step(session: Session, event: Event): Step {
  switch (event.type) {
    case "sign_in": {
      const url = event.urls[0] ?? "";
      return [
        { ...signedOut, phase: "connecting", credentials: event.credentials, urls: event.urls, url },
        [{ do: "open", url }],
      ];
    }
    case "sign_out":
      return [signedOut, [...endCall(session, ""), ...send(session, { type: "log_out" }), { do: "close" }, { do: "stop_phone" }]];
    case "opened":
      return [{ ...session, n: 0 }, logIn(session)];
    case "closed":
      return lost(session);
    case "retry_planned":
      return [{ ...session, retryAt: event.at }, []];
    case "retry":
      return session.phase === "lost" ? open(session, nextUrl(session)) : [session, []];
    case "take_back":
      return session.phase === "taken_over" ? open({ ...session, notice: null }, session.url) : [session, []];
    case "message":
      return numbered(session, event.message, event.n, event.now);
    case "registered":
      return [{ ...session, registered: event.registered }, []];
    case "incoming":
    case "call_answered":
    case "call_ended":
    case "call_failed":
    case "call_changed":
      return stepCall(session, event);
    case "dismiss":
      return [{ ...session, notice: null }, []];
    default:
      return stepWish(session, event);
  }
}

/** What the agent asks for. */
function stepWish(session: Session, event: Extract<Event, { type: "set_status" | "answer" | "decline" | "hang_up" | "save_wrap_up" | "work_on_case" | "list_cases" }>): Step {
  const offer = session.me?.offer?.offer ?? "";
  const { call } = session;
  switch (event.type) {
    case "set_status":
      return [{ ...session, notice: null }, send(session, { type: "set_status", status: event.status, reason: event.reason ?? null })];
    case "answer":
      if (call?.stage === "ringing") {
        return [{ ...session, call: { ...call, stage: "answering" }, notice: null }, [{ do: "answer_call", id: call.id }]];
      }
      if (!offer || call) return [session, []];
      if (session.credentials?.device === "phone") return [session, send(session, { type: "answer", offer })];
      return [{ ...session, answerWanted: true }, []];
    case "decline":
      return [{ ...session, answerWanted: false }, [
        ...(offer ? send(session, { type: "decline", offer }) : []),
        ...endCall(session, offer),
      ]];
    case "hang_up":
      return [session, [...(offer ? send(session, { type: "hang_up", offer }) : []), ...endCall(session, offer)]];
    case "save_wrap_up": {
      const contact = session.me?.wrap_up?.contact;
      if (!contact || session.wrapUpSaved === contact || session.phase !== "online") return [session, []];
      const note = event.note.trim() || null;
      return [{ ...session, wrapUpSaved: contact }, send(session, { type: "wrap_up", contact, code: event.code, note, then: event.then })];
    }
    case "work_on_case": {
      const message = inWords(session, event.wish);
      if (!message || session.phase !== "online") return [session, []];
      return [{ ...session, caseAwaited: { id: event.wish.case, opens: event.wish.type === "open_case" }, caseWritten: null, notice: null }, send(session, message)];
    }
    case "list_cases":
      return [{ ...session, ownCasesAwaited: session.phase === "online" }, send(session, { type: "list_cases" })];
  }
}

/** What this browser's phone did. */
function stepCall(session: Session, event: Extract<Event, { type: "incoming" | `call_${string}` }>): Step {
  const { call } = session;
  if (event.type === "incoming") {
    // The phone itself refuses a second call; whatever arrives here is the only one.
    const wanted = session.answerWanted && event.offer === session.me?.offer?.offer;
    const next: Call = {
      id: event.id, offer: event.offer, number: event.number, stage: wanted ? "answering" : "ringing", muted: false, held: false,
      since: event.now,
    };
    return [{ ...session, call: next, answerWanted: false }, wanted ? [{ do: "answer_call", id: event.id }] : []];
  }
  if (call?.id !== event.id) return [session, []];
  switch (event.type) {
    case "call_answered":
      return [{ ...session, call: { ...call, stage: "talking", since: event.now } }, []];
    case "call_changed":
      return [{ ...session, call: { ...call, muted: event.muted ?? call.muted, held: event.held ?? call.held } }, []];
    case "call_failed":
      return [{ ...session, call: { ...call, stage: "ringing" }, notice: { kind: "microphone", reason: event.reason } }, []];
    case "call_ended":
      return [{ ...session, call: null }, []];
  }
}

function numbered(session: Session, message: FromSite, n: number, now: number): Step {
  if (n !== session.n + 1) return givenUp({ ...session, attempt: 0 });
  return stepMessage({ ...session, n }, message, now);
}

function stepMessage(session: Session, message: FromSite, now: number): Step {
  switch (message.type) {
    case "logged_in": {
      const { sip, break_reasons: breakReasons, wrap_up_codes: wrapUpCodes } = message;
      const urls = first(session.urls, session.url);
      const online = { ...session, phase: "online", urls, attempt: 0, hops: 0, retryAt: null, sip, breakReasons, wrapUpCodes, wrapUpSaved: null, ownCasesAwaited: false, caseAwaited: null } as const;
      const next = seen(online, message.snapshot, now);
      const fresh = sip && !(session.sip && sameAccount(session.sip, sip));
      return [next, [
        { do: "remember", url: session.url },
        ...(fresh ? [{ do: "start_phone", account: sip } as const] : []),
        ...(next.me?.state === "reserved" && next.me.offer ? [{ do: "present", offer: next.me.offer.offer } as const] : []),
      ]];
    }
    case "elsewhere": {
      if (session.hops >= MOST_HOPS) return turnedAway(session, { kind: "going_in_circles" });
      const [next, commands] = open({ ...session, urls: first(session.urls, message.url), hops: session.hops + 1 }, message.url);
      return [next, [{ do: "close" }, ...commands]];
    }
    case "changed":
      return [seen(session, message.snapshot, now), []];
    case "offered": {
      if (!session.me) return [session, []];
      const me: Snapshot = { ...session.me, state: "reserved", offer: message.offer };
      return [
        { ...session, me, since: now, subject: message.offer, answerWanted: false, notice: null },
        [{ do: "present", offer: message.offer.offer }],
      ];
    }
    case "customer": {
      if (session.subject?.offer !== message.offer) return [session, []];
      const context = { ...session.subject.context, customer: message.customer, customer_pending: false };
      const subject = { ...session.subject, context };
      const me = session.me?.offer?.offer === message.offer ? { ...session.me, offer: subject } : session.me;
      return [{ ...session, subject, me }, []];
    }
    case "offer_over": {
      if (session.me?.offer?.offer !== message.offer) return [session, []];
      const me: Snapshot = { ...session.me, offer: null, state: "idle" };
      return [
        { ...session, me, since: now, subject: null, answerWanted: false, notice: { kind: "offer_over", outcome: message.outcome } },
        session.call?.offer === message.offer ? [{ do: "end_call", id: session.call.id, afterMs: SITE_HAS_MS }] : [],
      ];
    }
    case "case":
      return [told(session, message.case), []];
    case "cases":
      return [{ ...session, ownCases: message.cases, ownCasesAwaited: false }, []];
    case "queues":
      return [session.me ? { ...session, me: { ...session.me, queues: message.queues } } : session, []];
    case "refused":
      return refused(session, message);
    default: // pong, and words of a newer site
      return [session, []];
  }
}

function refused(session: Session, message: Refused): Step {
  if (message.code === "agents.taken_over") {
    // The phone is the other tab's now, and so is what comes of an offer or a wrap-up. A conversation goes on in this one until it ends.
    const me: Snapshot | null = session.me && { ...session.me, state: "idle", offer: null, wrap_up: null };
    return [
      { ...session, phase: "taken_over", retryAt: null, sip: null, registered: false, me, subject: session.call && session.subject, answerWanted: false },
      [{ do: "close" }, { do: "stop_phone" }],
    ];
  }
  const notice = { kind: "refused", refused: message } as const;
  if (message.code === "agents.removed") return signedOutFor(session, notice);
  if (session.phase === "connecting") return turnedAway(session, notice);
  return [{ ...session, wrapUpSaved: null, ownCasesAwaited: false, caseAwaited: null, notice }, []];
}

/** No site takes us in. Whoever is talking keeps the screen, with which to mute and to hang up, and asks again until the call is over. */
function turnedAway(session: Session, notice: Notice): Step {
  return session.call?.stage === "talking" ? givenUp(session) : signedOutFor(session, notice);
}

function signedOutFor(session: Session, notice: Notice): Step {
  return [{ ...signedOut, notice }, [{ do: "close" }, ...endCall(session, ""), { do: "stop_phone" }]];
}

/** This connection is of no use any more. */
function givenUp(session: Session): Step {
  const [next, commands] = lost(session);
  return [next, [{ do: "close" }, ...commands]];
}

/** The site's word replaces ours, but for a customer's record that came after the snapshot's was made. */
function seen(session: Session, snapshot: Snapshot, now: number): Session {
  const known = session.subject;
  const { offer, wrap_up: wrapUp } = snapshot;
  const talking = snapshot.state === "talking" || snapshot.state === "held";
  let subject: OfferView | null = null;
  if (offer) {
    const late = known?.offer === offer.offer && offer.context.customer_pending && !known.context.customer_pending;
    subject = late ? known : offer;
  } else if (talking || (wrapUp && known?.context.contact === wrapUp.contact)) {
    subject = known; // a site process that took over in the middle of a conversation does not know what the screen shows
  }
  const since = now - snapshot.since_ms;
  const talkingSince = known?.offer === subject?.offer ? session.talkingSince : null; // through hold, not from one contact to the next
  return {
    ...session,
    talkingSince: talking ? (talkingSince ?? since) : null,
    me: { ...snapshot, offer: offer || talking ? subject : null },
    since,
    subject,
    wrapUpEndsAt: wrapUp ? now + wrapUp.left * 1000 : null,
    answerWanted: session.answerWanted && offer?.offer === known?.offer,
  };
}

function lost(session: Session): Step {
  if (session.phase !== "connecting" && session.phase !== "online") return [session, []];
  const attempt = session.attempt + 1;
  return [{ ...session, phase: "lost", hops: 0, attempt, retryAt: null }, [{ do: "plan_retry", attempt: session.attempt }]];
}

/** A site that served us gets a second try before the next one is asked; at sign-in each gets one. */
function nextUrl({ urls, url, attempt, me }: Session): string {
  const turn = me ? Math.floor(attempt / 2) : attempt;
  return urls[turn % urls.length] ?? url;
}

function open(session: Session, url: string): Step {
  return [{ ...session, phase: "connecting", url, retryAt: null, n: 0 }, [{ do: "open", url }]];
}

/** After a lost connection the site is told what the agent was: it may have restarted, and know nobody. */
function logIn({ credentials, me }: Session): readonly Command[] {
  if (!credentials) return [];
  const status = me?.next_status ?? me?.status;
  const resume = status === "available" || status === "break" ? status : null;
  const message = { type: "log_in", ...credentials, resume, resume_reason: resume && (me?.reason ?? null) } as const;
  return [{ do: "send", message }];
}

function send(session: Session, message: FromDesktop): readonly Command[] {
  return session.phase === "online" ? [{ do: "send", message }] : [];
}

function endCall(session: Session, offer: string): readonly Command[] {
  if (!session.call) return [];
  return [{ do: "end_call", id: session.call.id, afterMs: offer && session.phase === "online" ? SITE_HAS_MS : 0 }];
}

function first(urls: readonly string[], url: string): readonly string[] {
  return [url, ...urls.filter((other) => other !== url)];
}

export function sameAccount(a: SipAccount, b: SipAccount): boolean {
  return a.uri === b.uri && a.ws_url === b.ws_url && a.username === b.username && a.password === b.password;
}
