// Reads QR codes from frames with zxing, in a worker: the page stays quick while a frame is searched.
// Its own answer carries the policy that lets it compile WebAssembly (eventapp/web/security.py).

import { prepareZXingModule, readBarcodes } from "../../vendor/zxing/reader/index.js";

const OPTIONS = {
  formats: ["QRCode"], maxNumberOfSymbols: 8, tryHarder: true, tryRotate: true, tryInvert: true,
  tryDownscale: true,
};

const ready = prepareZXingModule({
  overrides: {
    locateFile: (name) => new URL(`../../vendor/zxing/reader/${name}`, import.meta.url).href,
  },
  fireImmediately: true,
});

/** {text, top, bottom} of a code that was read. */
function placed({ text, position: { topLeft, topRight, bottomLeft, bottomRight } }) {
  const heights = [topLeft, topRight, bottomLeft, bottomRight].map(({ y }) => y);
  return { text, top: Math.min(...heights), bottom: Math.max(...heights) };
}

ready.catch(() => {}); // said to whoever asks

self.addEventListener("message", async ({ data: { buffer, width, height } }) => {
  try {
    await ready;
  } catch (error) {
    self.postMessage({ broken: String(error) });
    return;
  }
  try {
    const image = new ImageData(new Uint8ClampedArray(buffer), width, height);
    const found = await readBarcodes(image, OPTIONS);
    self.postMessage({ found: found.filter((it) => it.isValid).map(placed) });
  } catch (error) {
    self.postMessage({ found: [], error: String(error) });
  }
});
