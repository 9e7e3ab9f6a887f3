/* Keeps one version of one deck's page for use without a network. SITE above says what it is made
   of: the deck's key, the version, a hash of all files, and each file's own hash.

   The page is always answered from here, at once. Meanwhile the browser looks whether this very
   file has changed on the server; then the new worker fetches its version, whole or not at all,
   takes over, and from the next opening on that version is shown. Progress is in localStorage,
   which no worker touches. */

const HOME = new URL("./", location);
// Other decks, and other versions in folders of their own, may share this origin.
const OURS = `deckpress ${SITE.key} ${HOME.pathname} `;
const CACHE = `${OURS}${SITE.version} ${SITE.hash}`;

/** Fetches all files past old copies. One that is not what this worker was made with, because the
    server is halfway through a release, fails the whole: the version before stays. */
async function fill() {
  const wanted = Object.entries(SITE.files).map(
    ([name, integrity]) => new Request(name, { cache: "no-cache", integrity }),
  );
  try {
    await (await caches.open(CACHE)).addAll(wanted);
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

/** The name of the file that a request asks for; nothing if it is not one of this version's. */
function wanted({ method, url }) {
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== HOME.origin || !pathname.startsWith(HOME.pathname)) return null;
  const name = pathname.slice(HOME.pathname.length);
  if (name === "" || name === "index.html") return "./";
  return Object.hasOwn(SITE.files, name) ? name : null;
}

async function answer(name, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(name, { ignoreVary: true })) ?? fetch(request);
}

addEventListener("install", (event) => {
  // No waiting for other tabs: each shows a page that is whole in itself, whatever comes next.
  skipWaiting();
  event.waitUntil(fill());
});
addEventListener("activate", (event) => event.waitUntil(takeOver()));
addEventListener("fetch", (event) => {
  const name = wanted(event.request);
  if (name !== null) event.respondWith(answer(name, event.request));
});
