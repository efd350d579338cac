// Sounds the page makes itself: no files, nothing to load when a call comes.

let context: AudioContext | null = null;

/** Browsers allow sound only after the person has done something: call this from a click or a key. */
export function allowSound(): void {
  context ??= new AudioContext();
  void context.resume();
}

function tone(at: number, frequency: number, seconds: number, volume: number): void {
  if (!context) return;
  const oscillator = new OscillatorNode(context, { frequency, type: "sine" });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(volume, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + seconds);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + seconds);
}

/** Two soft notes, to hear that the speaker works. */
export function chime(): void {
  allowSound();
  if (!context) return;
  tone(context.currentTime, 587, 0.5, 0.2);
  tone(context.currentTime + 0.18, 880, 0.7, 0.2);
}

/** Rings until the function it returns is called. */
export function ring(): () => void {
  const once = () => {
    if (!context) return;
    for (const [delay, frequency] of [[0, 659], [0.16, 880], [0.32, 659], [0.48, 880]] as const) {
      tone(context.currentTime + delay, frequency, 0.55, 0.22);
    }
  };
  once();
  const timer = setInterval(once, 2400);
  return () => clearInterval(timer);
}

/** Reports how loud a stream is, 0 to 1, about 15 times a second, until the function it returns is called. */
export function meter(stream: MediaStream, report: (level: number) => void): () => void {
  allowSound();
  if (!context || stream.getAudioTracks().length === 0) return () => undefined;
  const source = context.createMediaStreamSource(stream);
  const analyser = new AnalyserNode(context, { fftSize: 512 });
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    // Speech lies between about −60 and −12 dB below full scale.
    report(Math.min(1, Math.max(0, (10 * Math.log10(power + 1e-9) + 60) / 48)));
  }, 66);
  return () => {
    clearInterval(timer);
    source.disconnect();
  };
}
