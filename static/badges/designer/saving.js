// Saving: a new version, or a copy where somebody else was first. What is not saved yet is kept in
// this browser too, and offered when the page is opened again.

const KEPT_DAYS = 14;

export class Saving {
  constructor(page, state, words, data) {
    Object.assign(this, { page, state, words, data, isSaving: false });
    const $ = (id) => document.getElementById(id);
    Object.assign(this, {
      button: $("designer-save"), note: $("designer-note"), mark: $("designer-mark"), trouble: $("designer-trouble"),
    });
    this.key = `badge-template ${data.addresses.save}`;
    this.button.addEventListener("click", () => this.save());
    state.addEventListener("change", () => this.changed());
    window.addEventListener("beforeunload", (event) => {
      if (state.isDirty && !this.isLeaving) event.preventDefault();
    });
    this.offerKept();
    this.changed();
  }

  changed() {
    const { isDirty } = this.state;
    this.mark.textContent = isDirty ? this.words.unsaved : this.words.saved_all;
    this.mark.classList.toggle("is-unsaved", isDirty);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), 500);
  }

  async save({ copy = false } = {}) {
    if (this.isSaving || !(this.state.isDirty || copy)) return;
    const { text } = this.state;
    this.isSaving = true;
    this.button.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.data.addresses.save, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.page.dataset.token },
        credentials: "same-origin",
        body: JSON.stringify({ content: JSON.parse(text), revision: this.state.revision, note: this.note.value, copy }),
      });
      const isJson = answer.headers.get("Content-Type")?.startsWith("application/json") && !answer.redirected;
      this.answered(answer.status, isJson ? await answer.json() : null, text);
    } catch {
      this.tell(this.words.not_reached);
    } finally {
      this.isSaving = false;
      this.button.removeAttribute("aria-busy");
    }
  }

  answered(status, found, text) {
    if (!found) {
      this.tell(status === 400 || status < 400 ? this.words.expired : this.words.not_saved);
    } else if (status === 409) {
      this.tell(found.message, this.words.not_lost, [
        [this.words.save_copy, () => this.save({ copy: true })],
        [this.words.take_theirs, () => this.leave(window.location.href)],
      ]);
    } else if (status >= 400) {
      this.tell(found.message);
    } else if (found.to) {
      this.leave(found.to);
    } else {
      this.tell("");
      this.note.value = "";
      this.state.wasSaved(found.revision, text);
      document.getElementById("designer-version").textContent = this.words.version.replace("{number}", found.version);
      this.mark.textContent = this.words.saved.replace("{number}", found.version);
    }
  }

  leave(to) {
    this.isLeaving = true;
    this.forget();
    if (to === window.location.href) window.location.reload();
    else window.location.assign(to);
  }

  /** Say what is wrong, and what can be done about it. */
  tell(text, more = "", choices = []) {
    this.trouble.hidden = !text;
    const paragraph = document.createElement("p");
    paragraph.textContent = `${text} ${more}`.trim();
    const buttons = choices.map(([label, action]) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "btn btn-outline-primary btn-sm", textContent: label });
      button.addEventListener("click", action);
      return button;
    });
    const row = document.createElement("div");
    row.className = "actions";
    row.append(...buttons);
    this.trouble.replaceChildren(...(text ? [paragraph, row] : []));
    if (text) this.trouble.scrollIntoView({ block: "nearest" });
  }

  // --- In this browser ---------------------------------------------------------------------------

  keep() {
    if (this.isLeaving || this.offered) return;
    try {
      if (!this.state.isDirty) this.forget();
      else localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), revision: this.state.revision, text: this.state.text }));
    } catch { /* full, or not allowed: it is only a second net */ }
  }

  /** They were made of what was there then: if somebody has saved since, saving says so. */
  takeKept({ text, revision }) {
    this.state.revision = revision ?? this.state.revision;
    this.state.replace(JSON.parse(text));
  }

  forget() {
    clearTimeout(this.timer);
    try { localStorage.removeItem(this.key); } catch { /* not allowed */ }
  }

  offerKept() {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(this.key) ?? "null"); } catch { /* not allowed */ }
    if (!kept || kept.text === this.state.saved || Date.now() - kept.at > KEPT_DAYS * 864e5) return;
    this.offered = true;
    const when = new Date(kept.at).toLocaleString(document.documentElement.lang);
    const done = (action) => () => {
      this.offered = false;
      this.tell("");
      action();
    };
    this.tell(this.words.kept.replace("{when}", when), "", [
      [this.words.take_kept, done(() => this.takeKept(kept))],
      [this.words.drop_kept, done(() => this.forget())],
    ]);
  }
}
