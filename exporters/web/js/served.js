/* On a web server, the page registers a service worker that keeps the page on this device. Then it
   opens without a network and can be installed on a phone. A page from a disk needs no worker. */
if (location.protocol.startsWith("http") && navigator.serviceWorker) {
  const { serviceWorker } = navigator;
  // A page in a folder above may have a worker of its own, which controls this page at first.
  const isKept = () => serviceWorker.controller?.scriptURL === new URL("sw.js", location).href;
  let kept = isKept();

  /** Announces that a new release is ready, once the study view and the help are closed: behind
      them, nobody would notice. */
  function announceNewer() {
    const dialog = document.querySelector("dialog[open]");
    if (dialog) dialog.addEventListener("close", announceNewer, { once: true });
    else say(word("site-newer"));
  }

  // The new release is complete. The page stays as it is, so that the learner is not interrupted.
  serviceWorker.addEventListener("controllerchange", () => {
    if (kept) announceNewer();
    kept = isKept();
  });

  addEventListener("load", async () => {
    try {
      const worker = await serviceWorker.register("sw.js");
      // An installed page may stay open for weeks, so it checks for updates on each return.
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible" && navigator.onLine) worker.update().catch(() => {});
      });
    } catch {
      // A browser may refuse to keep anything. The page works without.
    }
  });
}
