/** A short chime for "paid". Browsers stay silent until a tap, so `prime` belongs in one. */

/** @type {AudioContext | null} */
let context = null;

/** Wakes the sound; call it inside a tap. @returns {Promise<boolean>} whether it will be heard */
export async function prime() {
  if (!("AudioContext" in window)) return false;
  context ??= new AudioContext();
  try {
    // Without a tap resume() may wait for ever: the state tells, not the promise.
    await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 300))]);
  } catch {
    return false;
  }
  return context.state === "running";
}

/** Two rising notes, under half a second; also a short buzz where a phone can. */
export function chime() {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([120, 60, 120]);
  if (context?.state !== "running") return;
  note(context, 659.3, 0);
  note(context, 987.8, 0.16);
}

/** @param {AudioContext} audio @param {number} pitch in hertz @param {number} delay in seconds */
function note(audio, pitch, delay) {
  const start = audio.currentTime + delay;
  const tone = audio.createOscillator();
  const loudness = audio.createGain();
  tone.frequency.value = pitch;
  loudness.gain.setValueAtTime(0.0001, start);
  loudness.gain.exponentialRampToValueAtTime(0.5, start + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.0001, start + 0.45);
  tone.connect(loudness).connect(audio.destination);
  tone.start(start);
  tone.stop(start + 0.5);
}
