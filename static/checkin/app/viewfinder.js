// The camera as people have it before them: on and off, the other side, light, and what went wrong.

import { Camera } from "./camera.js";
import { $, tell } from "./dom.js";
import { say } from "./words.js";

export class Viewfinder {
  /** onCode(text) for a badge, onRow(text) for a row on paper. */
  constructor(onCode, onRow) {
    this.camera = new Camera($("video"), onCode);
    this.camera.onHeld = onRow;
    this.camera.onEnd = () => this.show();
    this.camera.onFail = () => {
      tell($("trouble"), say("no_camera"));
      this.show();
    };
    $("camera").addEventListener("click", () => this.switch());
    $("turn").addEventListener("click", () => this.try(() => this.camera.turn()));
    $("torch").addEventListener("click", () => this.light());
  }

  /** Whether rows on paper are aimed at, one by one. */
  aim(isAtRows) {
    $("camera-row").hidden = !isAtRows;
    this.camera.mark = isAtRows ? $("camera-row") : null;
  }

  stop() {
    if (this.camera.isOn) this.camera.stop();
  }

  switch() {
    return this.try(async () => {
      if (this.camera.isOn) this.camera.stop();
      else await this.camera.start();
    });
  }

  async try(work) {
    try {
      $("viewfinder").hidden = false;
      tell($("trouble"), "");
      await work();
    } catch {
      this.camera.stop();
      tell($("trouble"), say("no_camera"));
    }
    await this.show();
  }

  async show() {
    const { isOn: on } = this.camera;
    $("viewfinder").hidden = !on;
    $("camera").setAttribute("aria-pressed", String(on));
    $("camera").querySelector("span").textContent = say(on ? "camera_on" : "camera_off");
    $("torch").hidden = !this.camera.hasTorch;
    $("torch").setAttribute("aria-pressed", "false");
    $("turn").hidden = !on || (await this.camera.countCameras()) < 2;
  }

  async light() {
    const on = $("torch").getAttribute("aria-pressed") !== "true";
    try {
      await this.camera.light(on);
      $("torch").setAttribute("aria-pressed", String(on));
    } catch { /* the camera says that it has a light and has none */ }
  }
}
