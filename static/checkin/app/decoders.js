// What reads QR codes in a video's picture: the browser's own detector where it has one, else zxing,
// which is loaded only when somebody switches the camera on.
//
// A decoder is {read(video, area), close()}. read gives [{text, top, bottom}] of the codes in the whole
// picture, or in an area {x, y, width, height} of it; from the area's top, in the picture's pixels.

/** There is no decoder, and there will be none. */
export class Broken extends Error {}

export async function decoder() {
  return (await own()) ?? zxing();
}

async function own() {
  if (!("BarcodeDetector" in window)) return null;
  try {
    if (!(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return null;
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    const draw = drawing();
    return {
      async read(video, area) {
        const found = await detector.detect(area ? draw(video, area).canvas : video);
        return found.map(({ rawValue: text, boundingBox: { top, bottom } }) => ({ text, top, bottom }));
      },
      close() {},
    };
  } catch {
    return null;
  }
}

/** zxing in a worker; where a browser has no workers of modules, on the page. */
function zxing() {
  const worker = new Worker(new URL("./detector.js", import.meta.url), { type: "module" });
  const draw = drawing();
  let answered = null;
  let failed = null;
  let broken = null;
  const breakDown = (why) => {
    broken = new Broken(why);
    failed?.(broken);
  };
  worker.addEventListener("message", ({ data }) => {
    if (data.broken) breakDown(data.broken);
    else answered?.(data.found);
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
    async read(video, area) {
      const { videoWidth: width, videoHeight: height } = video;
      if (!width) return [];
      const whole = area ?? { x: 0, y: 0, width, height };
      return ask(draw(video, whole).getImageData(0, 0, whole.width, whole.height));
    },
    close() { worker.terminate(); },
  };
}

/** Draws an area of a video's picture; what it is drawn on. */
function drawing() {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (video, { x, y, width, height }) => {
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.drawImage(video, x, y, width, height, 0, 0, width, height);
    return context;
  };
}
