/** What embedding came to, since the table was declared, in all replicas and sinks that use the declaration. */
export interface EmbeddingCounts {
  /** Calls of the embedder, whatever came of them. */
  readonly calls: number
  /** Texts in these calls; one that was sent twice counts twice. */
  readonly texts: number
  /** UTF-16 units of these texts. */
  readonly characters: number
  /** What the embedder reported by `countTokens`. */
  readonly tokens: number
  /** Of the calls: those for texts that were searched for. */
  readonly queries: number
  /** Of the calls: those for texts that were sent before, because that call failed, or to find out which text was to blame. */
  readonly retries: number
  /** Of the calls: those that threw, were given up, or gave what no vectors are. */
  readonly failures: number
  /** Sum over calls. Several may be under way at a time. */
  readonly busyMs: number
  /** Texts of documents whose vectors were kept from before, so that no call was needed. */
  readonly cached: number
  /** While calls are held up by a limit, or because the embedder asked for it: until when, in ms since 1970. It may be later. */
  readonly heldUntilMs?: number
}

/** What a call is made for. */
export interface CallReason {
  readonly isQuery: boolean
  readonly isRetry: boolean
}

/** Keeps count of embedding for one declaration. */
export class EmbeddingAccount {
  #counts = {
    calls: 0,
    texts: 0,
    characters: 0,
    tokens: 0,
    queries: 0,
    retries: 0,
    failures: 0,
    busyMs: 0,
    cached: 0
  }
  readonly #held = new Set<{ readonly untilMs: number }>()

  get counts(): EmbeddingCounts {
    const held = [...this.#held].map(({ untilMs }) => untilMs)
    return Object.freeze({
      ...this.#counts,
      ...(held.length > 0 && { heldUntilMs: Math.max(...held) })
    })
  }

  /** A call begins. */
  begin(texts: readonly string[], { isQuery, isRetry }: CallReason): void {
    this.#counts.calls++
    this.#counts.texts += texts.length
    this.#counts.characters += unitsOf(texts)
    this.#counts.queries += Number(isQuery)
    this.#counts.retries += Number(isRetry)
  }

  /** A call ended. */
  end(tookMs: number, isFailure: boolean): void {
    this.#counts.busyMs += Math.max(0, tookMs)
    this.#counts.failures += Number(isFailure)
  }

  addTokens(tokens: number): void {
    if (Number.isFinite(tokens) && tokens > 0) this.#counts.tokens += tokens
  }

  addCached(texts: number): void {
    this.#counts.cached += texts
  }

  /** Calls are held up until then; gives back what ends that. */
  hold(untilMs: number): () => void {
    const held = { untilMs }
    this.#held.add(held)
    return () => this.#held.delete(held)
  }
}

/** Length of all texts together. */
export function unitsOf(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0)
}
