import type { AuditHost } from "./audit-host.ts"

/** Time after which others get a turn. An entry takes a tenth of a millisecond, or a tenth of a second in a large document. */
const turnMs = 10

/** Entries after which they do in any case: the clock may stand still. */
const turnEntries = 64

/** Lets others have their turn while many entries are made. */
export class Pace {
  readonly #host: Pick<AuditHost, "nowMs" | "giveWay">
  #entries = 0
  #sinceMs: number

  constructor(host: Pick<AuditHost, "nowMs" | "giveWay">) {
    this.#host = host
    this.#sinceMs = host.nowMs()
  }

  /** To be called after each entry. */
  async step(): Promise<void> {
    if (++this.#entries < turnEntries && this.#host.nowMs() - this.#sinceMs < turnMs) return
    await this.#host.giveWay()
    this.#entries = 0
    this.#sinceMs = this.#host.nowMs()
  }
}
