// Keeps the token of a device that was just provisioned, then opens the app.
import { remember } from "./engine/devices.js";

const start = document.getElementById("start");
await remember({ event: start.dataset.event, token: start.dataset.token });
// The token leaves the page, and the used-up link leaves the history.
delete start.dataset.token;
location.replace(start.href);
