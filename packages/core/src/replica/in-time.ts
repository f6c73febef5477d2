import type { TimerPort } from "../ports/ports.ts"

/** How long all wait for those who take their time. */
const patienceMs = 1_000

/** What comes late is given away together with what comes right after it. */
const lateDelayMs = 50

/** Gives what is there within a second, or when all is; the rest is given away as it comes. No promise may be rejected. */
export async function inTime<T>(
  timers: TimerPort,
  answers: readonly Promise<T>[],
  giveLate: (late: readonly T[]) => void
): Promise<readonly T[]> {
  let taken: T[] = []
  let isOver = false
  const give = (): void => {
    const late = taken
    taken = []
    giveLate(late)
  }
  const take = (answer: T): void => {
    taken.push(answer)
    if (isOver && taken.length === 1) timers.schedule(lateDelayMs, give)
  }
  const all = Promise.all(answers.map(async answer => take(await answer)))
  await new Promise<void>(resolve => {
    const cancel = timers.schedule(patienceMs, resolve)
    void all.then(() => {
      cancel()
      resolve()
    })
  })
  isOver = true
  const early = taken
  taken = []
  return early
}
