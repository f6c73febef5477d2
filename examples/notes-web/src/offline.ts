// A service worker: the page from the network, and where there is none, as keepForOffline kept it.

/** What is used of a service worker's globals; those of pages, which the rest of the folder is for, are others. */
interface Worker {
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: "install", listener: () => void): void
  addEventListener(
    type: "activate",
    listener: (event: { waitUntil(done: Promise<void>): void }) => void
  ): void
  addEventListener(type: "fetch", listener: (event: Fetch) => void): void
}

interface Fetch {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

const worker = globalThis as unknown as Worker

worker.addEventListener("install", () => void worker.skipWaiting())
worker.addEventListener("activate", event => event.waitUntil(worker.clients.claim()))
worker.addEventListener("fetch", event => {
  if (event.request.method === "GET") event.respondWith(answer(event.request))
})

async function answer(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch {
    return (await caches.match(request)) ?? Response.error()
  }
}
