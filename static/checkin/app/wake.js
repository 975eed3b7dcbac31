// A door's screen stays lit while the app is in view.

async function hold() {
  try {
    if (!document.hidden) await navigator.wakeLock?.request("screen");
  } catch { /* low battery: the device decides */ }
}

export function stayAwake() {
  document.addEventListener("visibilitychange", hold);
  document.addEventListener("click", hold, { once: true });
  hold();
}
