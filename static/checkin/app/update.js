// A new version of the app lies ready beside the one that runs; it starts when somebody says so, or
// by itself at the next start, and never in the middle of a queue.

export async function offerUpdate(offer, button) {
  const registration = await navigator.serviceWorker?.getRegistration?.();
  if (!registration) return;
  const show = () => { offer.hidden = !registration.waiting; };
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", show);
  });
  show();
  button.addEventListener("click", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    registration.waiting?.postMessage("take over");
  });
}
