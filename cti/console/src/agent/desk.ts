// Carries out what session.ts decides: the socket, the phone, the clock. One desk per page.
import { createStore } from "zustand/vanilla";
import { useStore } from "zustand";
import type { SipAccount } from "../api/words";
import { remember } from "../app/preferences";
import { afterPaint } from "../kit/afterPaint";
import { backoff } from "../kit/backoff";
import { note } from "../kit/diagnostics";
import { tabStorage } from "../kit/tabStorage";
import type { AgentPhone } from "../voice/agentPhone";
import type { MicrophoneProblem } from "../voice/microphone";
import type { AudioStats } from "../voice/quality";
import { sameAccount, step } from "./session";
import { SiteSocket } from "./socket";
import { type Command, type Event, type Session, signedOut } from "./state";

const store = createStore<Session>(() => signedOut);
const speaker = new Audio();
speaker.autoplay = true;

let socket: SiteSocket | null = null;
let phone: Promise<AgentPhone> | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;

export const useSession = <T>(select: (session: Session) => T): T => useStore(store, select);
export const session = (): Session => store.getState();
export const subscribe = store.subscribe;

/** Everything that happens goes through here: events in order, each carried out before the next is decided. */
export function dispatch(event: Event): void {
  const [next, commands] = step(store.getState(), event);
  store.setState(next, true);
  for (const command of commands) carryOut(command);
}

function carryOut(command: Command): void {
  switch (command.do) {
    case "open":
      clearTimeout(retry);
      socket?.dispose();
      socket = connect(command.url);
      return;
    case "close":
      clearTimeout(retry);
      socket?.dispose();
      socket = null;
      return;
    case "plan_retry": {
      const delay = backoff(command.attempt, Math.random());
      clearTimeout(retry);
      retry = setTimeout(() => dispatch({ type: "retry" }), delay);
      return dispatch({ type: "retry_planned", at: performance.now() + delay });
    }
    case "send":
      return socket?.send(command.message);
    case "present":
      return afterPaint(() => {
        socket?.send({ type: "shown", offer: command.offer });
        note("shown", command.offer);
      });
    case "start_phone":
      phone = startPhone(command.account, phone);
      return;
    case "stop_phone":
      withPhone((old) => old.stop());
      return;
    case "answer_call":
      return withPhone((it) => void it.answer(command.id));
    case "end_call":
      setTimeout(() => withPhone((it) => it.end(command.id)), command.afterMs);
      return;
    case "remember":
      return remember({ agentsUrl: command.url });
  }
}

function connect(url: string): SiteSocket | null {
  try {
    return new SiteSocket(url, {
      opened: () => dispatch({ type: "opened" }),
      closed: () => dispatch({ type: "closed" }),
      message: (message, n) => {
        if (message.type === "offered") note("offered", message.offer.offer);
        dispatch({ type: "message", message, n, now: performance.now() });
      },
    });
  } catch {
    // Not a URL, or one that this page may not open: as good as unreachable.
    queueMicrotask(() => dispatch({ type: "closed" }));
    return null;
  }
}

/** A conversation stays on the phone that has it, so that it can be muted, held and ended. */
async function startPhone(account: SipAccount, before: typeof phone): Promise<AgentPhone> {
  const old = await before;
  if (old && sameAccount(old.account, account) && old.resume()) return old;
  old?.stop();
  for (let attempt = 0; ; attempt++) {
    try {
      // Fetched apart, so that the sign-in page need not wait for it.
      const { AgentPhone } = await import("../voice/agentPhone");
      return new AgentPhone(account, speaker, listener);
    } catch {
      // The data center, from which the page comes, is out of reach; the site needs none.
      await new Promise((resolve) => setTimeout(resolve, backoff(attempt, Math.random())));
    }
  }
}

const listener = {
  registered: (registered: boolean) => dispatch({ type: "registered", registered }),
  incoming: (id: string, offer: string, number: string) => {
    note("ringing", offer || id);
    dispatch({ type: "incoming", id, offer, number, now: performance.now() });
  },
  answered: (id: string) => {
    note("answered", session().call?.offer || id);
    dispatch({ type: "call_answered", id, now: performance.now() });
  },
  ended: (id: string) => {
    note("ended", session().call?.offer || id);
    dispatch({ type: "call_ended", id });
  },
  failed: (id: string, reason: MicrophoneProblem) => dispatch({ type: "call_failed", id, reason }),
  changed: (id: string, change: { muted?: boolean; held?: boolean }) => dispatch({ type: "call_changed", id, ...change }),
};

function withPhone(act: (phone: AgentPhone) => void): void {
  void phone?.then(act);
}

export const mute = (on: boolean): void => withPhone((it) => it.mute(on));
export const hold = (on: boolean): void => withPhone((it) => it.hold(on));
export const digit = (key: string): void => withPhone((it) => it.digit(key));
export const stats = async (): Promise<AudioStats | null> => (await phone)?.stats() ?? null;

const INTERRUPTED = "hotline.interrupted";

/** Whether the page was reloaded during a conversation; says so once. */
export function wasInterrupted(): boolean {
  const storage = tabStorage();
  const interrupted = storage !== null && storage.getItem(INTERRUPTED) !== null;
  storage?.removeItem(INTERRUPTED);
  return interrupted;
}

/** Watches the page and the network until the function it returns is called. */
export function attend(): () => void {
  const wake = () => {
    socket?.check();
    if (session().phase === "lost") dispatch({ type: "retry" });
  };
  const visible = () => !document.hidden && wake();
  const leave = (event: BeforeUnloadEvent) => session().call?.stage === "talking" && event.preventDefault();
  const left = () => {
    const { call } = session();
    if (!call) return;
    // The customer must not be left in silence until Asterisk notices that no packets come.
    if (call.stage === "talking") tabStorage()?.setItem(INTERRUPTED, "1");
    withPhone((it) => it.end(call.id));
  };
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", visible);
  window.addEventListener("beforeunload", leave);
  window.addEventListener("pagehide", left);
  return () => {
    window.removeEventListener("online", wake);
    document.removeEventListener("visibilitychange", visible);
    window.removeEventListener("beforeunload", leave);
    window.removeEventListener("pagehide", left);
  };
}
