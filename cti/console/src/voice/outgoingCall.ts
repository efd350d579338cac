// The web phone's call: connects, dials, talks. One object per call; it leaves nothing behind.
import type { EndEvent, RTCSession } from "jssip/lib/RTCSession";
import type { UA } from "jssip/lib/UA";
import type { WebPhone } from "../api/client";
import { digitsOnly } from "../kit/format";
import { MicrophoneError, type MicrophoneProblem } from "./microphone";
import type { AudioStats } from "./quality";
import { Conversation, userAgent } from "./sip";

export type CallFailure = "busy" | "unreachable" | "refused" | "media" | MicrophoneProblem;

export interface OutgoingListener {
  ringing(): void;
  talking(): void;
  /** Comes once, and last. */
  ended(failure: CallFailure | null): void;
}

const CONNECT_WITHIN_MS = 6_000;

export class OutgoingCall {
  private readonly conversation: Conversation;
  private agent: UA | null = null;
  private session: RTCSession | null = null;
  private over = false;

  constructor(private readonly account: WebPhone, speaker: HTMLAudioElement, private readonly listener: OutgoingListener) {
    this.conversation = new Conversation(speaker);
  }

  /** Calls the hotline as a customer whose number is `caller`. Never raises: the listener is told. */
  async dial(caller: string): Promise<void> {
    try {
      const options = await this.conversation.options();
      if (this.over) return this.conversation.close();
      this.agent = userAgent(this.account, { register: false });
      await connected(this.agent);
      if (this.over) return;
      const host = this.account.uri.slice(this.account.uri.lastIndexOf("@") + 1);
      const number = digitsOnly(caller);
      const extraHeaders = number ? [`X-Hotline-Caller: ${number}`] : [];
      this.follow(this.agent.call(`sip:${digitsOnly(this.account.number)}@${host}`, { ...options, extraHeaders }));
    } catch (error) {
      this.end(error instanceof MicrophoneError ? error.reason : "unreachable");
    }
  }

  hangUp(): void {
    if (this.session && !this.session.isEnded()) this.session.terminate();
    else this.end(null);
  }

  digit(digit: string): void {
    this.conversation.digit(digit);
  }

  mute(on: boolean): void {
    if (on) this.session?.mute({ audio: true });
    else this.session?.unmute({ audio: true });
  }

  get microphone(): MediaStream | null {
    return this.conversation.stream;
  }

  stats(): Promise<AudioStats | null> {
    return this.conversation.stats();
  }

  private follow(session: RTCSession): void {
    this.session = session;
    this.conversation.follow(session);
    session.on("progress", () => this.listener.ringing());
    session.on("accepted", () => this.listener.talking());
    session.on("ended", () => this.end(null));
    session.on("failed", ({ cause, originator }: EndEvent) => this.end((originator as string) === "local" ? null : failureOf(cause)));
  }

  private end(failure: CallFailure | null): void {
    if (this.over) return;
    this.over = true;
    this.conversation.close();
    this.agent?.stop();
    this.listener.ended(failure);
  }
}

function connected(agent: UA): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no connection in time")), CONNECT_WITHIN_MS);
    agent.on("connected", () => {
      clearTimeout(timer);
      resolve();
    });
    agent.start();
  });
}

function failureOf(cause: string): CallFailure {
  if (cause === "Busy" || cause === "Unavailable") return "busy";
  if (cause === "Connection Error" || cause === "Request Timeout") return "unreachable";
  return cause === "WebRTC Error" || cause === "Bad Media Description" || cause === "Incompatible SDP" ? "media" : "refused";
}
