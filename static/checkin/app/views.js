// The parts of the app: one at a time on a phone; on a wide screen beside the scanning itself.

import { $ } from "./dom.js";

const wide = matchMedia("(min-width: 64rem)");

export class Views {
  /** onShow(name) is called when a part comes into view. */
  constructor(rights, onShow) {
    this.onShow = onShow;
    this.home = rights === "leader" ? "roll" : "scan"; // where codes come in
    this.inside = { look: "more", paper: "more", delegation: this.home, ...(this.home === "scan" && { roll: "scan" }) };
    // What a device may not do is not there at all, rather than hidden.
    for (const part of document.querySelectorAll("[data-right]")) {
      if (!part.dataset.right.split(" ").includes(rights)) part.remove();
    }
    for (const control of document.querySelectorAll("[data-show]")) {
      control.addEventListener("click", () => this.show(control.dataset.show, { focus: true }));
    }
    wide.addEventListener("change", () => this.show(this.name));
    this.show(this.home);
  }

  show(wanted, { focus = false } = {}) {
    const { home } = this;
    const name = wanted === "scan" ? home : wanted;
    this.name = name;
    $("app").dataset.view = name;
    const beside = wide.matches && name === home ? "last" : name;
    for (const part of document.querySelectorAll("[data-panel]")) {
      const its = part.dataset.panel;
      if (its === home) part.hidden = !wide.matches && name !== home;
      else part.hidden = its === "scan" || its !== beside;
    }
    const tab = this.inside[beside] ?? beside;
    for (const control of document.querySelectorAll(".app-nav [data-show]")) {
      if (control.dataset.show === tab) control.setAttribute("aria-current", "true");
      else control.removeAttribute("aria-current");
    }
    if (!wide.matches) scrollTo({ top: 0 });
    if (focus) document.querySelector(`[data-panel="${name}"] h2`)?.focus();
    this.onShow(name);
  }
}
