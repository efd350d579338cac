// The agent's phone in the browser: registers, rings for an offer, talks. One conversation at a time.
import type { RTCSession } from "jssip/lib/RTCSession";
import type { RTCSessionEvent, UA } from "jssip/lib/UA";
import type { SipAccount } from "../api/words";
import { backoff } from "../kit/backoff";
import { MicrophoneError, type MicrophoneProblem } from "./microphone";
import type { AudioStats } from "./quality";
import { Conversation, userAgent } from "./sip";

export interface PhoneListener {
  registered(registered: boolean): void;
  incoming(id: string, offer: string, number: string): void;
  answered(id: string): void;
  ended(id: string): void;
  /** It could not be answered and still rings. */
  failed(id: string, reason: MicrophoneProblem): void;
  changed(id: string, change: { muted?: boolean; held?: boolean }): void;
}

const REGISTER_FOR_S = 120;

export class AgentPhone {
  private readonly agent: UA;
  private call: { readonly session: RTCSession; readonly conversation: Conversation } | null = null;
  private failures = 0;
  private stopping = false;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly account: SipAccount, private readonly speaker: HTMLAudioElement, private readonly listener: PhoneListener) {
    this.agent = userAgent(account, { register: true, register_expires: REGISTER_FOR_S });
    this.agent.on("registered", () => {
      this.failures = 0;
      this.registered(true);
    });
    this.agent.on("unregistered", () => this.registered(false));
    this.agent.on("disconnected", () => this.registered(false));
    this.agent.on("registrationFailed", ({ cause }) => this.registerAgain(cause === "Request Timeout"));
    this.agent.on("newRTCSession", (event: RTCSessionEvent) => this.rings(event));
    this.agent.start();
  }

  /** Gives the registration up at once; a conversation goes on until it ends. */
  stop(): void {
    this.stopping = true;
    clearTimeout(this.retry);
    if (this.call) this.agent.unregister();
    else this.agent.stop();
  }

  /** Goes on after `stop`, if a conversation has kept it alive; false if it is gone. */
  resume(): boolean {
    if (!this.call) return false;
    this.stopping = false;
    this.agent.register();
    return true;
  }

  async answer(id: string): Promise<void> {
    const call = this.call;
    if (call?.session.id !== id) return;
    try {
      const options = await call.conversation.options();
      if (call.session.isEnded()) call.conversation.close();
      else call.session.answer(options);
    } catch (error) {
      this.listener.failed(id, error instanceof MicrophoneError ? error.reason : "in_use");
    }
  }

  end(id: string): void {
    if (this.call?.session.id === id && !this.call.session.isEnded()) this.call.session.terminate();
  }

  mute(on: boolean): void {
    if (on) this.call?.session.mute({ audio: true });
    else this.call?.session.unmute({ audio: true });
  }

  hold(on: boolean): void {
    if (on) this.call?.session.hold();
    else this.call?.session.unhold();
  }

  digit(digit: string): void {
    this.call?.conversation.digit(digit);
  }

  async stats(): Promise<AudioStats | null> {
    return this.call?.conversation.stats() ?? null;
  }

  private registered(registered: boolean): void {
    if (!this.stopping) this.listener.registered(registered);
  }

  // JsSIP tries again after a lost connection, but not after a refused registration; and over a dead line that no one has closed it
  // would ask until the operating system gives up, a quarter of an hour.
  private registerAgain(unanswered: boolean): void {
    this.registered(false);
    if (this.stopping) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => {
      if (unanswered && !this.call) {
        this.agent.stop();
        this.agent.start(); // on a new connection
      } else if (this.agent.isConnected()) {
        this.agent.register();
      }
    }, backoff(++this.failures, Math.random()));
  }

  private rings({ originator, session, request }: RTCSessionEvent): void {
    if ((originator as string) !== "remote") return;
    if (this.call) return session.terminate({ status_code: 486 });
    const { id } = session;
    const conversation = new Conversation(this.speaker);
    this.call = { session, conversation };
    conversation.follow(session);
    const over = () => {
      conversation.close();
      this.call = null;
      if (this.stopping) this.agent.stop();
      this.listener.ended(id);
    };
    session.on("accepted", () => this.listener.answered(id));
    session.on("ended", over);
    session.on("failed", over);
    session.on("muted", () => this.listener.changed(id, { muted: true }));
    session.on("unmuted", () => this.listener.changed(id, { muted: false }));
    session.on("hold", (event) => (event.originator as string) === "local" && this.listener.changed(id, { held: true }));
    session.on("unhold", (event) => (event.originator as string) === "local" && this.listener.changed(id, { held: false }));
    this.listener.incoming(id, header(request, "X-Hotline-Offer"), plain(session.remote_identity.uri.user));
  }
}

function header(request: { getHeader(name: string): string | undefined }, name: string): string {
  const value = request.getHeader(name) ?? "";
  return /^[A-Za-z0-9._-]{1,64}$/.test(value) ? value : "";
}

function plain(user: unknown): string {
  return String(user ?? "").replace(/[^0-9A-Za-z+*#_-]/g, "").slice(0, 32);
}
