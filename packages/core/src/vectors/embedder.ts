/** What an embedder gives for one text. Must have `dimensions` finite numbers, not all of them zero. */
export type EmbeddedText = readonly number[] | Float32Array | Float64Array

/** What a call of an embedder is told. */
export interface EmbedOptions {
  /** Fires when nobody waits for the answer any more: pass it on to `fetch`. */
  readonly signal: AbortSignal
  /** Takes what the service says a call came to, for `VectorDefinition.counts`. Absent where nobody counts. */
  readonly countTokens?: (tokens: number) => void
}

/**
 * Turns texts into vectors: a model that runs here, or a service. The application's; batching, retrying, rate limits and caching are
 * not its business.
 */
export interface Embedder {
  /** Name of the model, as kept beside every vector. */
  readonly id: string
  /** Whatever changes what texts become changes this; then everything is embedded anew. */
  readonly version: string
  /** Length of each vector. */
  readonly dimensions: number
  /**
   * One vector for each text, in the same order.
   *
   * Throwing means trying again later. An error whose `retryAfterMs` is a number is taken at its word.
   */
  embed(texts: readonly string[], options: EmbedOptions): Promise<readonly EmbeddedText[]>
}
