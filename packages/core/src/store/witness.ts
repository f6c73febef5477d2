/**
 * What a replica remembers of its store outside of it, so that a restored backup or a copy is recognised.
 * All byte fields are fixed-size: tokens and hash 16 bytes.
 */
export interface WitnessRecord {
  /** Token the store held when the record was written. */
  readonly token: Uint8Array
  /** Token the store is about to hold; a crash in between leaves either. */
  readonly nextToken: Uint8Array
  /** End of the log as of the last durable group. */
  readonly position: number
  readonly logHash: Uint8Array
}

/**
 * A place beside, not inside, the store: not taken along when the data folder is copied or restored.
 *
 * `load` gives `undefined` for a store it never saw. `save` replaces the record; a crash during `save` leaves the old or
 * the new one. `save` stands between durable and acknowledged, so it should cost microseconds; a witness that can only
 * answer later gives a promise, and is waited for. One call is under way at a time.
 */
export interface Witness {
  /**
   * @throws SynclineError `witness-unavailable` when the place cannot be read.
   */
  load(): WitnessRecord | undefined | Promise<WitnessRecord | undefined>
  /**
   * @throws SynclineError `witness-unavailable` when the place cannot be written.
   */
  save(record: WitnessRecord): void | Promise<void>
  close(): void
}

/** A witness that answers at once. */
export interface SyncWitness extends Witness {
  load(): WitnessRecord | undefined
  save(record: WitnessRecord): void
}
