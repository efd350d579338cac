// What the agent's phone and the web phone have in common: one JsSIP conversation, its microphone and its loudspeaker.
import { UA, WebSocketInterface, debug } from "jssip";
import type { AnswerOptions, RTCSession } from "jssip/lib/RTCSession";
import type { UAConfiguration } from "jssip/lib/UA";
import type { SipAccount } from "../api/words";
import { acquire, release } from "./microphone";
import { type AudioStats, audioStats } from "./quality";

debug.disable();

// JsSIP would wait until every candidate was gathered, for seconds where a network is half dead. The first candidates are
// those of this machine's own addresses, and Asterisk learns better ones from the checks that arrive.
const GATHER_MORE_MS = 60;

const DTMF = { duration: 120, interToneGap: 80 };

/** A user agent that reconnects by itself. `extra` adds to, or replaces, its settings. */
export function userAgent(account: SipAccount, extra: Partial<UAConfiguration>): UA {
  return new UA({
    sockets: [new WebSocketInterface(account.ws_url)],
    uri: account.uri,
    authorization_user: account.username,
    password: account.password,
    session_timers: false,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 8,
    user_agent: "Hotline",
    ...extra,
  });
}

/** One conversation. `close` is to be called once it has ended. */
export class Conversation {
  private microphone: MediaStream | null = null;
  private session: RTCSession | null = null;
  private far: MediaStream | null = null;

  constructor(private readonly speaker: HTMLAudioElement) {}

  /** Opens the microphone and gives what JsSIP needs to call or to answer. Raises `MicrophoneError`. */
  async options(): Promise<AnswerOptions> {
    this.microphone ??= await acquire();
    return { mediaStream: this.microphone, pcConfig: { iceServers: [] } };
  }

  follow(session: RTCSession): void {
    this.session = session;
    session.on("icecandidate", ({ ready }) => setTimeout(ready, GATHER_MORE_MS));
    const listen = (connection: RTCPeerConnection) => {
      connection.addEventListener("track", ({ track, streams }) => {
        this.speaker.srcObject = this.far = streams[0] ?? new MediaStream([track]);
        void this.speaker.play().catch(() => undefined); // it was closed meanwhile
      });
    };
    // An outgoing call has its connection already; an incoming one gets it when it is answered.
    if (session.connection) listen(session.connection);
    else session.on("peerconnection", ({ peerconnection }) => listen(peerconnection));
  }

  get stream(): MediaStream | null {
    return this.microphone;
  }

  digit(digit: string): void {
    // The enumeration exists in types only: JsSIP compares with the word itself.
    const transportType = "RFC2833" as never;
    if (this.session?.isEstablished()) this.session.sendDTMF(digit, { ...DTMF, transportType });
  }

  async stats(): Promise<AudioStats | null> {
    const connection = this.session?.connection;
    return connection && connection.connectionState !== "closed" ? audioStats(connection) : null;
  }

  /** Closes the microphone: it is never open outside a conversation. */
  close(): void {
    release(this.microphone);
    this.microphone = null;
    this.session = null;
    if (this.speaker.srcObject === this.far) this.speaker.srcObject = null; // else the next conversation has it already
  }
}
