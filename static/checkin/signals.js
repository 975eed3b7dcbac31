// Verdicts for ears and hands: a hall is loud, and staff look at people.

const TONES = {
  admitted: [[880, 0, 0.12], [1320, 0.12, 0.18]],
  duplicate: [[660, 0, 0.14], [660, 0.22, 0.14]],
  refused: [[220, 0, 0.45]],
  kept: [[880, 0, 0.08]],
};
const SHAKES = { admitted: [60], duplicate: [60, 80, 60], refused: [350], kept: [30] };

let audio = null;

export function signal(kind) {
  navigator.vibrate?.(SHAKES[kind]);
  try {
    audio ??= new AudioContext();
    for (const [frequency, start, length] of TONES[kind]) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = frequency;
      volume.gain.value = 0.15;
      tone.connect(volume).connect(audio.destination);
      tone.start(audio.currentTime + start);
      tone.stop(audio.currentTime + start + length);
    }
  } catch { /* no sound on this device */ }
}
