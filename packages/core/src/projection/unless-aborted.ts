import { abortedError } from "./position-waiters.ts"

/**
 * What the work comes to, or `aborted` as soon as the signal fires: the work is not waited for, though it may go on.
 *
 * @throws SynclineError `aborted`.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(abortedError(signal))
  signal.addEventListener("abort", onAbort, { once: true })
  try {
    if (signal.aborted) onAbort()
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener("abort", onAbort)
  }
}
