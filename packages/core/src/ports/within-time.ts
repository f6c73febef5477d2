import type { TimerPort } from "./ports.ts"

/** How long somebody waits, and what comes of it otherwise. */
export interface Patience<T> {
  readonly timers: TimerPort
  readonly timeoutMs: number
  /** Called where it takes longer: gives what stands in for the answer, or throws. */
  readonly late: () => T
  /** Is another one whenever the work moved: then the time begins anew. */
  readonly progress?: () => unknown
  /** What ends the wait sooner, and the error it ends with. */
  readonly unless?: { readonly signal: AbortSignal | undefined; readonly error: () => Error }
}

/** In the place of an answer: nobody waits any more. */
const over = Symbol("over")

/**
 * What the work comes to, but no later than that, whatever becomes of the work: its signal fires once nobody waits for it any more, and
 * what it says then is not heard. Leaves no timer behind.
 *
 * @throws what the work is rejected with, `late` throws, or `unless` says.
 */
export async function withinTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { timers, timeoutMs, late, progress, unless }: Patience<T>
): Promise<T> {
  const given = new AbortController()
  const ended = Promise.withResolvers<typeof over>()
  let instead = late
  const end = (next: () => T): void => {
    if (given.signal.aborted) return
    instead = next
    ended.resolve(over)
    given.abort()
  }
  const abort = (): void => {
    if (unless === undefined) return
    end(() => {
      throw unless.error()
    })
  }
  const watch = (): (() => void) => {
    const before = progress?.()
    return timers.schedule(timeoutMs, () => {
      if (progress?.() === before) end(late)
      else cancel = watch()
    })
  }
  let cancel = watch()
  unless?.signal?.addEventListener("abort", abort, { once: true })
  try {
    if (unless?.signal?.aborted === true) abort()
    const answer = await Promise.race([work(given.signal), ended.promise])
    return answer === over ? instead() : answer
  } finally {
    cancel()
    unless?.signal?.removeEventListener("abort", abort)
  }
}
