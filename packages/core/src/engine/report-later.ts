/** What an application's observer throws is the application's: it ends up where uncaught errors do. */
export function rethrowLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
