// What a connection's statistics say, in figures and in words.

export interface AudioStats {
  readonly inboundPackets: number;
  readonly inboundBytes: number;
  readonly inboundLost: number;
  readonly outboundPackets: number;
  readonly outboundBytes: number;
  readonly jitterMs: number;
  readonly roundTripMs: number | null;
}

/** The sums over all audio streams of one connection. */
export async function audioStats(connection: RTCPeerConnection): Promise<AudioStats> {
  const sum = { inboundPackets: 0, inboundBytes: 0, inboundLost: 0, outboundPackets: 0, outboundBytes: 0, jitterMs: 0 };
  let roundTripMs: number | null = null;
  (await connection.getStats()).forEach((report) => {
    if (report.type === "inbound-rtp" && report.kind === "audio") {
      sum.inboundPackets += report.packetsReceived ?? 0;
      sum.inboundBytes += report.bytesReceived ?? 0;
      sum.inboundLost += Math.max(0, report.packetsLost ?? 0);
      sum.jitterMs = Math.max(sum.jitterMs, (report.jitter ?? 0) * 1000);
    } else if (report.type === "outbound-rtp" && report.kind === "audio") {
      sum.outboundPackets += report.packetsSent ?? 0;
      sum.outboundBytes += report.bytesSent ?? 0;
    } else if (report.type === "candidate-pair" && report.nominated && report.currentRoundTripTime !== undefined) {
      roundTripMs = report.currentRoundTripTime * 1000;
    }
  });
  return { ...sum, roundTripMs };
}

export type Verdict =
  | { readonly level: "measuring" }
  | { readonly level: "good" }
  | { readonly level: "fair" | "poor"; readonly cause: "loss" | "delay" | "jitter"; readonly value: number }
  | { readonly level: "poor"; readonly cause: "silence"; readonly value: 0 };

/**
 * Judges the time between two measurements. Limits: a conversation suffers audibly above 2 % loss, 300 ms there and
 * back, or 30 ms jitter, and badly above 8 %, 600 ms, 80 ms. `silent` says whether nothing arriving is as it should be.
 */
export function judge(before: AudioStats | null, now: AudioStats, silent: boolean): Verdict {
  if (!before) return { level: "measuring" };
  const received = now.inboundPackets - before.inboundPackets;
  const lost = Math.max(0, now.inboundLost - before.inboundLost);
  if (received === 0 && !silent) return { level: "poor", cause: "silence", value: 0 };
  const measures = [
    { cause: "loss", value: received + lost > 0 ? (100 * lost) / (received + lost) : 0, fair: 2, poor: 8 },
    { cause: "delay", value: now.roundTripMs ?? 0, fair: 300, poor: 600 },
    { cause: "jitter", value: now.jitterMs, fair: 30, poor: 80 },
  ] as const;
  for (const level of ["poor", "fair"] as const) {
    const bad = measures.find((measure) => measure.value > measure[level]);
    if (bad) return { level, cause: bad.cause, value: Math.round(bad.value) };
  }
  return { level: "good" };
}
