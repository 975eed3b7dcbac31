// Verdicts for ears and hands: a hall is loud, and staff look at people.

const TONES = {
  admitted: [[880, 0, 0.12], [1320, 0.12, 0.18]],
  duplicate: [[660, 0, 0.14], [660, 0.22, 0.14]],
  refused: [[220, 0, 0.45]],
  to_confirm: [[880, 0, 0.12], [990, 0.14, 0.12], [880, 0.28, 0.12]],
  not_stored: [[300, 0, 0.25], [220, 0.3, 0.25], [300, 0.6, 0.25]],
};
const SHAKES = {
  admitted: [60],
  duplicate: [60, 80, 60],
  refused: [350],
  to_confirm: [60, 60, 60, 60, 60],
  not_stored: [350, 100, 350],
};

let audio = null;

function kept(key) {
  try {
    return localStorage.getItem(`eventapp.${key}`) !== "off";
  } catch {
    return true;
  }
}

export const isOn = (key) => kept(key);

export function turn(key, on) {
  try {
    localStorage.setItem(`eventapp.${key}`, on ? "on" : "off");
  } catch { /* it is asked again after the next start */ }
}

export function signal(kind) {
  if (kept("shake")) navigator.vibrate?.(SHAKES[kind]);
  if (!kept("sound")) return;
  try {
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume();
    for (const [frequency, start, length] of TONES[kind]) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = frequency;
      volume.gain.value = 0.2;
      tone.connect(volume).connect(audio.destination);
      tone.start(audio.currentTime + start);
      tone.stop(audio.currentTime + start + length);
    }
  } catch { /* no sound on this device */ }
}
