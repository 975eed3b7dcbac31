// QR codes from the camera, without a pause between people: by the browser's own detector where it
// has one, else by zxing, which is loaded only when somebody switches the camera on.

const GONE_MS = 2500; // a badge out of sight for so long may be shown again
const UNREADABLE = 50; // frames one behind another: the browser's own detector does not work either
const FACING = "eventapp.camera";

/** There is no decoder, and there will be none. */
class Broken extends Error {}

async function ownDetector() {
  if (!("BarcodeDetector" in window)) return null;
  try {
    if (!(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return null;
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return {
      read: async (video) => (await detector.detect(video)).map((it) => it.rawValue),
      close() {},
    };
  } catch {
    return null;
  }
}

/** zxing in a worker; where a browser has no workers of modules, on the page. */
function zxing() {
  const worker = new Worker(new URL("./detector.js", import.meta.url), { type: "module" });
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let answered = null;
  let failed = null;
  let broken = null;
  const breakDown = (why) => {
    broken = new Broken(why);
    failed?.(broken);
  };
  worker.addEventListener("message", ({ data }) => {
    if (data.broken) breakDown(data.broken);
    else answered?.(data.texts);
  });
  worker.addEventListener("error", (event) => breakDown(event.message));
  const ask = (image) => new Promise((resolve, reject) => {
    [answered, failed] = [resolve, reject];
    if (broken) {
      reject(broken);
      return;
    }
    const { width, height, data: { buffer } } = image;
    worker.postMessage({ buffer, width, height }, [buffer]);
  });
  return {
    async read(video) {
      const { videoWidth: width, videoHeight: height } = video;
      if (!width) return [];
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      context.drawImage(video, 0, 0);
      return ask(context.getImageData(0, 0, width, height));
    },
    close() { worker.terminate(); },
  };
}

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
  }

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
    this.detector = (await ownDetector()) ?? zxing();
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
      let texts = [];
      try {
        if (!document.hidden) texts = await detector.read(this.video);
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
      this.take(texts, performance.now());
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
