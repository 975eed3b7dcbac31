// One badge to the printer in one click: its PDF comes into a hidden frame, which is printed. With
// Chromium's --kiosk-printing no dialogue asks (docs/printing.md).

export class Printer {
  /** Null on a page that has no form for it: a device that nobody has signed in with. */
  static of(form, frame, done) {
    return form && frame ? new Printer(form, frame, done) : null;
  }

  /** done(why) is called when the badge has gone to the printer, or with the reason why not. */
  constructor(form, frame, done) {
    this.form = form;
    this.waiting = false;
    frame.addEventListener("load", () => {
      if (!this.waiting) return; // the empty page that it begins with
      this.waiting = false;
      const why = refusal(frame);
      if (why === null) frame.contentWindow.print();
      done(why);
    });
  }

  print(code) {
    this.waiting = true;
    this.form.elements.code.value = code;
    this.form.submit();
  }
}

/** What the page in the frame says, if it is one; null for a badge, which has no text of ours. */
function refusal(frame) {
  try {
    const page = frame.contentDocument;
    if (!page || page.contentType === "application/pdf" || page.querySelector("embed")) return null;
    return (page.getElementById("why") ?? page.body).textContent.trim().slice(0, 300);
  } catch {
    return null; // a browser's own viewer, which no page may look into
  }
}
