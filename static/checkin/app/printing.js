// One badge to the printer: its PDF comes by the device's token into a hidden frame, which is
// printed. With Chromium's --kiosk-printing no dialogue asks (docs/printing.md).

const KEPT_MS = 60_000; // the frame is read while it prints

export class Printer {
  constructor(engine, frame) {
    this.engine = engine;
    this.frame = frame;
    this.turn = Promise.resolve();
  }

  /** Resolves once the badge is on its way to the printer; rejects with why it is not. */
  print(code) {
    const printed = this.turn.then(() => this.send(code));
    this.turn = printed.catch(() => {});
    return printed;
  }

  async send(code) {
    const pdf = await this.engine.api("badge", { code });
    const address = URL.createObjectURL(pdf);
    setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
    await new Promise((resolve) => {
      this.frame.addEventListener("load", resolve, { once: true });
      this.frame.src = address;
    });
    this.frame.contentWindow.print();
    // The next scan must not be typed into the viewer.
    this.frame.blur();
    window.focus();
  }
}
