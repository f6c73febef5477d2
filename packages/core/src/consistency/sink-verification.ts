import { collectionOf, type DocumentId } from "../document/document-id.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import type { DocumentSummary, ProjectionSource } from "../projection/projection-source.ts"
import type { IdRange, SinkEntry, SinkSession } from "../projection/sink.ts"
import { matchesFingerprint } from "./match-fingerprint.ts"
import { classify } from "./finding.ts"
import { type HeadsFrom, SecondLook } from "./second-look.ts"
import { type Pair, SideBySide } from "./side-by-side.ts"
import type { SinkTally } from "./sink-tally.ts"
import type { VerifyOptions } from "./verify.ts"
import type { VerifyTarget } from "./verify-target.ts"

/** Documents a page: enough to make calls cheap, few enough to look twice at. */
const pageSize = 1000

/** One more, so that a range with a record for each document is known to be exhausted after one page. */
const scanLimit = pageSize + 1

/** The walk over one sink: documents and records side by side, page by page in id order. */
export class SinkVerification {
  readonly #source: ProjectionSource
  readonly #target: VerifyTarget
  readonly #session: SinkSession
  readonly #tally: SinkTally
  readonly #options: VerifyOptions
  readonly #secondLook: SecondLook

  constructor(
    source: ProjectionSource,
    target: VerifyTarget,
    session: SinkSession,
    tally: SinkTally,
    options: VerifyOptions
  ) {
    this.#source = source
    this.#target = target
    this.#session = session
    this.#tally = tally
    this.#options = options
    this.#secondLook = new SecondLook(source, target, session, tally, options.signal)
  }

  /** Verifies one collection, or everything there is. */
  async run(collection: string | undefined): Promise<void> {
    // "/" is followed by "0": between them lie exactly the ids of the collection.
    const bounds = collection === undefined ? {} : { after: `${collection}/`, through: `${collection}0` }
    let after: DocumentId | undefined
    for (;;) {
      throwIfAborted(this.#options.signal)
      const heads = await this.#source.scanHeads(after, pageSize, collection)
      const last = heads.length < pageSize ? undefined : heads.at(-1)?.id
      const documents = heads
        .filter(({ id }) => this.#session.collections?.has(collectionOf(id)) ?? true)
        .map(head => this.#source.summarize(head))
      const range = rangeOf(after ?? bounds.after, last ?? bounds.through)
      await this.#verifyRange(documents, range, { after, collection })
      this.#options.onProgress?.({
        sink: this.#target.name,
        checked: this.#tally.checked,
        findings: this.#tally.found
      })
      if (last === undefined) return
      after = last
    }
  }

  /** All documents of a range, and the records there; `from` is where the range's heads begin. */
  async #verifyRange(documents: readonly DocumentSummary[], range: IdRange, heads: HeadsFrom): Promise<void> {
    if (await this.#matches(documents, range)) return this.#tally.consistent(documents.length)
    const pairs = new SideBySide(documents)
    let from = heads
    let suspects: string[] = []
    for (let after = range.after; ; ) {
      throwIfAborted(this.#options.signal)
      const entries = await this.#scan(rangeOf(after, range.through))
      suspects.push(...this.#suspects(pairs.upTo(entries)))
      if (entries.length < scanLimit) break
      after = entries.at(-1)?.id
      // In pieces, for there is no limit to what others may have put between two documents.
      if (suspects.length < pageSize) continue
      await this.#secondLook.at(suspects, from)
      from = { ...heads, after: suspects.at(-1) }
      suspects = []
    }
    await this.#secondLook.at([...suspects, ...this.#suspects(pairs.rest())], from)
  }

  /** Whether a whole range is right, where the sink can say so without handing out records. */
  async #matches(documents: readonly DocumentSummary[], range: IdRange): Promise<boolean> {
    // One more than expected: a range with additional records must not look equal.
    const limited = { ...range, limit: documents.length + 1 }
    const fingerprint = await this.#session.fingerprint?.(limited)
    if (fingerprint === undefined || !matchesFingerprint(documents, fingerprint)) return false
    return this.#options.contents === false || ((await this.#session.sealsHold?.(limited)) ?? false)
  }

  /** First look: counts what agrees, gives the ids of what does not. */
  *#suspects(pairs: Iterable<Pair>): Generator<string> {
    for (const { document, entry } of pairs) {
      const id = document?.id ?? entry?.id
      if (id === undefined || classify(document, entry, this.#session) === "consistent")
        this.#tally.consistent(1)
      else yield id
    }
  }

  #scan(range: IdRange): Promise<readonly SinkEntry[]> {
    // Where fingerprints differ, contents are read too: that is rare, and the difference may be there alone.
    const contents = this.#options.contents !== false || this.#session.fingerprint !== undefined
    return this.#session.scan({ ...range, limit: scanLimit, contents })
  }
}

function rangeOf(after: string | undefined, through: string | undefined): IdRange {
  return { ...(after === undefined ? {} : { after }), ...(through === undefined ? {} : { through }) }
}
