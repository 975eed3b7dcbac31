// QR codes from the camera: by the browser's own detector where it has one, else by zxing, which is
// loaded only when somebody switches the camera on.

const PAUSE_MS = 120;
const SAME_CODE_MS = 3000;

async function ownDetector() {
  if (!("BarcodeDetector" in window)) return null;
  try {
    if (!(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return null;
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue;
  } catch {
    return null;
  }
}

async function zxing() {
  const { prepareZXingModule, readBarcodes } = await import("../vendor/zxing/reader/index.js");
  await prepareZXingModule({
    overrides: {
      locateFile: (name) => new URL(`../vendor/zxing/reader/${name}`, import.meta.url).href,
    },
    fireImmediately: true,
  });
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    if (!canvas.width) return undefined;
    context.drawImage(video, 0, 0);
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    const found = await readBarcodes(image, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
    return found[0]?.text;
  };
}

export class Camera {
  /** onCode(text) is called once for each code that comes into view. */
  constructor(video, onCode) {
    this.video = video;
    this.onCode = onCode;
    this.stream = null;
  }

  get isOn() { return this.stream !== null; }

  async start() {
    this.stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 } },
    });
    this.video.srcObject = this.stream;
    this.video.hidden = false;
    await this.video.play();
    const stream = this.stream;
    const read = (await ownDetector()) ?? (await zxing());
    this.watch(stream, read);
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
    this.video.hidden = true;
  }

  async watch(stream, read) {
    let last = "";
    let seen = 0;
    while (this.stream === stream) {
      let text;
      try {
        text = await read(this.video);
      } catch { /* a frame that cannot be read is followed by another */ }
      const now = performance.now();
      if (text) {
        // One badge held before the camera is one scan.
        if (text !== last || now - seen > SAME_CODE_MS) this.onCode(text);
        last = text;
        seen = now;
      }
      await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
    }
  }
}
