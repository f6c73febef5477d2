/** One reconnection of replicas that met before. */
export interface KnownStep {
  /** Documents changed before it, half of them at either end. */
  readonly changed: number
  /** How long each piece is on its way; 0 for no longer than it takes. */
  readonly delayMs?: number
  /** Whether both replicas are closed and opened again before it, as after a restart. Else they know their roots. */
  readonly restarted?: boolean
}

/** What the process that measures reconnections is to do. */
export interface KnownOrder {
  readonly documents: number
  readonly steps: readonly KnownStep[]
  /** How long nothing must pass until a step is over: longer than a link rests before it compares roots again. */
  readonly silenceMs: number
}

/** What one reconnection cost, both directions together. */
export interface KnownCost {
  readonly bytes: number
  /** Of these, what the engine made of the edits: the updates alone, without the headers of their commits. */
  readonly updateBytes: number
  /** From `connect` until both ends had compared equal roots. */
  readonly equalMs: number
  /** Turns on the wire until every change was durable at the other end, and until the last byte. Two are a round trip. */
  readonly turnsUntilThere: number
  readonly turns: number
}
