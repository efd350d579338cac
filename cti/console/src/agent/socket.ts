// One WebSocket to a site. It notices a dead line that no one closed; what to do about it is decided in session.ts.
import type { FromDesktop, FromSite } from "../api/words";

export interface SocketListener {
  opened(): void;
  closed(): void;
  message(message: FromSite, n: number): void;
}

const OPEN_WITHIN_MS = 6_000;
const PING_EVERY_MS = 8_000;
// A hidden tab's timers may run once a minute only: silence is counted from a ping that was really sent.
const ANSWER_WITHIN_MS = 6_000;

export class SiteSocket {
  private readonly socket: WebSocket;
  private readonly pinging: ReturnType<typeof setInterval>;
  private readonly opening: ReturnType<typeof setTimeout>;
  private askedAt: number | null = null;
  private over = false;

  constructor(url: string, private readonly listener: SocketListener) {
    this.socket = new WebSocket(url);
    this.opening = setTimeout(() => this.end(), OPEN_WITHIN_MS);
    this.pinging = setInterval(this.check, PING_EVERY_MS / 2);
    this.socket.onopen = () => {
      clearTimeout(this.opening);
      if (!this.over) listener.opened();
    };
    this.socket.onclose = () => this.end();
    this.socket.onmessage = ({ data }) => this.heard(data);
  }

  send(message: FromDesktop): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Closes without telling the listener. */
  dispose(): void {
    this.over = true;
    clearTimeout(this.opening);
    clearInterval(this.pinging);
    this.socket.close();
  }

  private end(): void {
    if (this.over) return;
    this.dispose();
    this.listener.closed();
  }

  private heard(data: unknown): void {
    this.askedAt = null;
    if (this.over || typeof data !== "string") return;
    let message: { type?: unknown; n?: unknown } | null;
    try {
      message = JSON.parse(data);
    } catch {
      return this.end();
    }
    if (typeof message?.type === "string" && typeof message.n === "number") this.listener.message(message as FromSite, message.n);
  }

  /** Also to be called when the network came back or the tab woke up. */
  readonly check = (): void => {
    const now = performance.now();
    if (this.askedAt === null) {
      if (this.socket.readyState !== WebSocket.OPEN) return;
      this.askedAt = now;
      this.send({ type: "ping" });
    } else if (now - this.askedAt > ANSWER_WITHIN_MS) {
      this.end();
    }
  };
}
