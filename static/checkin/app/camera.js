// QR codes from the camera: of badges without a pause between people, of rows on paper one by one.

import { Broken, decoder } from "./decoders.js";

const GONE_MS = 2500; // a badge out of sight for so long may be shown again
const HOLD_MS = 500; // a row on paper is meant when it has been aimed at for so long
const LAPSE_MS = 800; // in which it may be missed in between
const UNREADABLE = 50; // frames one behind another: the browser's own detector does not work either
const FACING = "eventapp.camera";

/** Until the video has another picture, or not long: a camera may hang. */
function nextFrame(video) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 250);
    const done = () => { clearTimeout(timer); resolve(); };
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(done);
    else requestAnimationFrame(done);
  });
}

export class Camera {
  /** onCode(text) is called once for each code that comes into view and is held there. */
  constructor(video, onCode, facing = null) {
    this.video = video;
    this.onCode = onCode;
    this.stream = null;
    this.facing = facing ?? remembered() ?? "environment";
    this.seen = new Map();
    this.held = null; // {text, at, since, seen, isTaken}: what is aimed at in the mark
  }

  /**
   * An element over the video in which one of several codes is aimed at, or null. While there is one,
   * onHeld(text) is called instead of onCode, for a code that is held on its middle line.
   */
  mark = null;

  get isOn() { return this.stream !== null; }

  async start() {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: this.facing }, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    this.stream = stream;
    const [track] = stream.getVideoTracks();
    // Somebody pulled the plug, or another program took it.
    track.addEventListener("ended", () => { if (this.stream === stream) this.stop(); this.onEnd?.(); });
    try {
      await track.applyConstraints({ advanced: [{ focusMode: "continuous" }] });
    } catch { /* it focuses as it likes */ }
    this.video.srcObject = stream;
    await this.video.play();
    this.detector = await decoder();
    this.watch(stream, this.detector);
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
    this.detector?.close();
  }

  get hasTorch() {
    return Boolean(this.stream?.getVideoTracks()[0].getCapabilities?.().torch);
  }

  async light(on) {
    await this.stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
  }

  async countCameras() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind }) => kind === "videoinput").length;
  }

  /** The other side of the device, remembered for the next time. */
  async turn() {
    this.facing = this.facing === "environment" ? "user" : "environment";
    remember(this.facing);
    this.stop();
    await this.start();
  }

  async watch(stream, detector) {
    let failures = 0;
    while (this.stream === stream) {
      let found = [];
      const { mark } = this;
      const area = mark && under(mark, this.video);
      try {
        if (!document.hidden && (area || !mark)) found = await detector.read(this.video, area);
        failures = 0;
      } catch (error) {
        // A frame that cannot be read is followed by another; but not for ever, without a word.
        failures += 1;
        if (this.stream === stream && (error instanceof Broken || failures >= UNREADABLE)) {
          this.stop();
          this.onFail?.();
        }
      }
      if (this.stream !== stream) return;
      if (area) this.aim(found, area.height / 2, performance.now());
      else this.take(found.map(({ text }) => text), performance.now());
      await nextFrame(this.video);
    }
  }

  /** One badge that is held is one scan, also when two are in view by turns. */
  take(texts, now) {
    for (const text of texts) {
      const before = this.seen.get(text) ?? -Infinity;
      this.seen.set(text, now);
      if (text && now - before > GONE_MS) this.onCode(text);
    }
    for (const [text, at] of this.seen) if (now - at > GONE_MS) this.seen.delete(text);
  }

  /** Rows lie close together: what counts is the one code on the line, and held still there. */
  aim(found, line, now) {
    const it = found.find(({ top, bottom }) => top <= line && line <= bottom);
    if (!it) return;
    const { text, top, bottom } = it;
    const at = (top + bottom) / 2;
    const before = this.held?.text === text ? this.held : null;
    const isStill = before && now - before.seen < LAPSE_MS && Math.abs(at - before.at) < (bottom - top) / 2;
    const isTaken = Boolean(before?.isTaken && now - before.seen < GONE_MS);
    if (!isStill) this.held = { text, at, since: now, isTaken };
    this.held.seen = now;
    if (this.held.isTaken || now - this.held.since < HOLD_MS) return;
    this.held.isTaken = true;
    this.onHeld(text);
  }
}

/** The part of a video's picture that lies under an element, {x, y, width, height}; null for none. */
function under(element, video) {
  const [mark, shown] = [element, video].map((it) => it.getBoundingClientRect());
  const { videoWidth, videoHeight } = video;
  if (!mark.height || !videoWidth) return null;
  // As object-fit: cover has it.
  const scale = Math.max(shown.width / videoWidth, shown.height / videoHeight);
  const along = (from, length, whole, start, size) => {
    const first = Math.max(0, (from - start - size / 2) / scale + whole / 2);
    const last = Math.min(whole, (from + length - start - size / 2) / scale + whole / 2);
    return [Math.round(first), Math.round(last - first)];
  };
  const [x, width] = along(mark.left, mark.width, videoWidth, shown.left, shown.width);
  const [y, height] = along(mark.top, mark.height, videoHeight, shown.top, shown.height);
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

function remembered() {
  try {
    return localStorage.getItem(FACING);
  } catch {
    return null;
  }
}

function remember(facing) {
  try {
    localStorage.setItem(FACING, facing);
  } catch { /* it begins with the back again */ }
}
