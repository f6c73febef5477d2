import { preload } from "@syncline/core/deferred"

/** Keeps what this page was loaded from, so that it opens without a network, and all that it loads later. */
export async function keepForOffline(): Promise<void> {
  await preload()
  await navigator.serviceWorker.register("/offline.js")
  const cache = await caches.open("notes")
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name)
  const own = loaded.filter(url => new URL(url).origin === location.origin)
  await cache.addAll([...new Set([location.href, ...own])])
}
