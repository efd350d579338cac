export type MicrophoneProblem = "insecure" | "denied" | "missing" | "in_use";

/** The microphone can't be had; `reason` says what the person can do about it. */
export class MicrophoneError extends Error {
  constructor(readonly reason: MicrophoneProblem) {
    super(reason);
  }
}

const REASONS: Readonly<Record<string, MicrophoneProblem>> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
};

/** Opens the microphone; whoever asked closes it with `release`. Raises `MicrophoneError`. */
export async function acquire(): Promise<MediaStream> {
  // Browsers hide the microphone from pages that came neither over https nor from this machine.
  if (!navigator.mediaDevices) throw new MicrophoneError("insecure");
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch (error) {
    throw new MicrophoneError(REASONS[error instanceof Error ? error.name : ""] ?? "in_use");
  }
}

export function release(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
