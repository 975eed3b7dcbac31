// Makes the browser of somebody who has signed in a device of the event, then opens the app. A
// device that this user has opened here before stays the same one.
import { recall, remember } from "./engine/devices.js";

const page = document.getElementById("open");
const { event, tokenUrl, app, csrf } = page.dataset;

async function open() {
  document.getElementById("not-opened").hidden = true;
  document.getElementById("opening").hidden = false;
  try {
    const held = (await recall(event))?.token ?? "";
    const answer = await fetch(tokenUrl, {
      method: "POST",
      headers: { "X-CSRFToken": csrf },
      body: new URLSearchParams({ held }),
    });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const { token } = await answer.json();
    if (token !== held) await remember({ event, token });
    location.replace(app);
  } catch {
    document.getElementById("opening").hidden = true;
    document.getElementById("not-opened").hidden = false;
  }
}

document.getElementById("again").addEventListener("click", open);
await open();
