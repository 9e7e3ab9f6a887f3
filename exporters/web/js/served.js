/* The page that a web server offers keeps itself on this device: it opens without a network, and
   can be put among the programs of a phone. A page from a disk needs none of that. */
if (location.protocol.startsWith("http") && navigator.serviceWorker) {
  const { serviceWorker } = navigator;
  // Another version's page above this folder may have a worker, which answers here for a moment.
  const isKept = () => serviceWorker.controller?.scriptURL === new URL("sw.js", location).href;
  let kept = isKept();

  /** Says that the next release is there, but not behind the study view or the help, where nobody
      sees or hears it. */
  function announceNewer() {
    const dialog = document.querySelector("dialog[open]");
    if (dialog) dialog.addEventListener("close", announceNewer, { once: true });
    else say(word("site-newer"));
  }

  // The next release is there, whole. What the learner is in the middle of stays as it is.
  serviceWorker.addEventListener("controllerchange", () => {
    if (kept) announceNewer();
    kept = isKept();
  });

  addEventListener("load", async () => {
    try {
      const worker = await serviceWorker.register("sw.js");
      // A program on a phone may stay open for weeks: it looks whenever somebody comes back to it.
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible" && navigator.onLine) worker.update().catch(() => {});
      });
    } catch {
      // A browser may refuse to keep anything. The page is whole without.
    }
  });
}
