/** Keeps what this page was loaded from, so that it opens without a network. */
export async function keepForOffline(): Promise<void> {
  await navigator.serviceWorker.register("/offline.js")
  const cache = await caches.open("notes")
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name)
  const own = loaded.filter(url => new URL(url).origin === location.origin)
  await cache.addAll([...new Set([location.href, ...own])])
}
