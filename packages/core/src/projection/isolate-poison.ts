import { isSynclineError } from "@syncline/clock"
import type { SinkWrite } from "./sink.ts"

/** A document that a sink does not take, and why. */
export interface PoisonWrite {
  readonly write: SinkWrite
  readonly error: unknown
}

/**
 * Whether a failure to apply may lie in a single document. The sink said so (`sink-refused`), or the failure has no code of ours: a driver's own error, or a
 * bug met by one content. Whatever else has a code says that something larger is amiss.
 */
export function mayLieInDocument(error: unknown): boolean {
  return !isSynclineError(error) || isSynclineError(error, "sink-refused")
}

/** Whether the sink itself says that the content is at fault. */
function isRefusal(error: unknown): boolean {
  return isSynclineError(error, "sink-refused")
}

/**
 * Finds the documents of a failing batch that fail by themselves, by halving; all others are written. Costs about `2 log2 n` deliveries
 * for each of them.
 *
 * A document that fails without the sink's word that it is at fault is poison only if others got through before it failed again: where
 * nothing gets through the sink is down, and not one document is to blame.
 *
 * @throws what a delivery was rejected with, where that does not lie in a document, or nobody can be blamed.
 */
export async function isolatePoison(
  writes: readonly SinkWrite[],
  deliver: (writes: readonly SinkWrite[]) => Promise<void>
): Promise<readonly PoisonWrite[]> {
  const bisection = new Bisection(deliver, writes.length)
  await bisection.split(writes)
  return bisection.confirmed()
}

class Bisection {
  readonly #deliver: (writes: readonly SinkWrite[]) => Promise<void>
  /** Failures without a success that one poisoned document, or two, can explain. */
  readonly #patience: number
  readonly #alone: PoisonWrite[] = []
  #through = 0
  #failures = 0

  constructor(deliver: (writes: readonly SinkWrite[]) => Promise<void>, count: number) {
    this.#deliver = deliver
    this.#patience = 2 * Math.ceil(Math.log2(count + 1)) + 2
  }

  async split(writes: readonly SinkWrite[]): Promise<void> {
    const middle = Math.ceil(writes.length / 2)
    await this.#try(writes.slice(0, middle))
    await this.#try(writes.slice(middle))
  }

  /** After others got through, each candidate has to fail once more. */
  async confirmed(): Promise<readonly PoisonWrite[]> {
    const poison: PoisonWrite[] = []
    for (const { write, error } of this.#alone) {
      if (isRefusal(error)) poison.push({ write, error })
      else if (this.#through === 0) throw error
      else {
        const again = await this.#failureOf([write])
        if (again !== undefined) poison.push({ write, error: again.error })
      }
    }
    return poison
  }

  async #try(writes: readonly SinkWrite[]): Promise<void> {
    const [first] = writes
    if (first === undefined) return
    const failure = await this.#failureOf(writes)
    if (failure === undefined) {
      this.#through += writes.length
      return
    }
    const isHopeless = !isRefusal(failure.error) && this.#through === 0
    if (isHopeless && ++this.#failures > this.#patience) throw failure.error
    if (writes.length === 1) this.#alone.push({ write: first, error: failure.error })
    else await this.split(writes)
  }

  async #failureOf(writes: readonly SinkWrite[]): Promise<{ readonly error: unknown } | undefined> {
    try {
      await this.#deliver(writes)
      return undefined
    } catch (error) {
      if (!mayLieInDocument(error)) throw error
      return { error }
    }
  }
}
