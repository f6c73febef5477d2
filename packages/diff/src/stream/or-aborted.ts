/**
 * What a promise gives, or the reason of a signal as soon as it is aborted: who waits for another's bytes may wait for ever. What
 * comes of the promise then is nobody's business any more.
 */
export async function orAborted<T>(pending: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return pending
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(unlessAborted(pending, signal))
    if (signal.aborted) stop()
    else signal.addEventListener("abort", stop, { once: true })
    pending
      .then(resolve, reject)
      // A signal may outlive many transfers.
      .finally(() => signal.removeEventListener("abort", stop))
  })
}

async function unlessAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  return pending
}

/** Whether a value can end a transfer; by what is called of it, as a signal from another frame has another class. */
export function isSignal(value: unknown): value is AbortSignal {
  if (typeof value !== "object" || value === null) return false
  const { throwIfAborted, addEventListener } = value as Partial<AbortSignal>
  return typeof throwIfAborted === "function" && typeof addEventListener === "function"
}
