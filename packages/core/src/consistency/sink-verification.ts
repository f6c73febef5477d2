import type { DocumentSummary } from "../projection/projection-source.ts"
import type { IdRange } from "../projection/sink.ts"
import { matchesFingerprint } from "./match-fingerprint.ts"
import { classify } from "./finding.ts"
import { type Pair, SideBySide } from "./side-by-side.ts"
import { entryPages, type HeadPage, headPages, type Walk } from "./side-by-side-pages.ts"
import type { SinkLook } from "./sink-look.ts"

/** Hears after each page where the next one begins; `undefined`: that was the last. */
type KeepPlace = (after: string | undefined) => void

/** The walk over one sink: documents and records side by side, page by page in id order. */
export class SinkVerification {
  readonly #look: SinkLook

  constructor(look: SinkLook) {
    this.#look = look
  }

  /** Verifies everything whose id begins so; `after` an id, where a former walk was. */
  async run(prefix: string, after: string | undefined, keepPlace: KeepPlace): Promise<void> {
    const { source, session, options, pace, tally, secondLook } = this.#look
    const walk = { prefix, after, pageSize: pace.pageSize, signal: options.signal }
    // Walks begin behind their prefix, and it may be an id itself.
    if (after === undefined && prefix !== "" && !prefix.endsWith("/")) await secondLook.at([prefix])
    for await (const page of headPages(source, session, walk)) {
      const before = tally.checked
      await this.#verifyPage(page, walk)
      keepPlace(page.last)
      await this.#look.step(tally.checked - before)
    }
  }

  /** All documents of a range, and the records there. */
  async #verifyPage({ heads, range, collection }: HeadPage, walk: Walk): Promise<void> {
    const { source, answers, tally, secondLook } = this.#look
    const documents = heads.map(head => source.summarize(head))
    if (await this.#matches(documents, range)) return tally.consistent(documents.length)
    const pairs = new SideBySide(documents)
    let from = range.after
    let suspects: string[] = []
    for await (const entries of entryPages(answers, range, walk, this.#readsContents)) {
      suspects.push(...this.#suspects(pairs.upTo(entries)))
      // In pieces, for there is no limit to what others may have put between two documents.
      if (suspects.length < walk.pageSize) continue
      await secondLook.at(suspects, { after: from, collection })
      from = suspects.at(-1)
      suspects = []
    }
    await secondLook.at([...suspects, ...this.#suspects(pairs.rest())], { after: from, collection })
  }

  /** Whether a whole range is right, where the sink can say so without handing out records. */
  async #matches(documents: readonly DocumentSummary[], range: IdRange): Promise<boolean> {
    const { answers, options } = this.#look
    // One more than expected: a range with additional records must not look equal.
    const limited = { ...range, limit: documents.length + 1 }
    const fingerprint = await answers.to(async session => session.fingerprint?.(limited))
    if (fingerprint === undefined || !matchesFingerprint(documents, fingerprint)) return false
    return (
      options.contents === false || (await answers.to(async session => session.sealsHold?.(limited))) === true
    )
  }

  /** First look: counts what agrees, gives the ids of what does not. */
  *#suspects(pairs: Iterable<Pair<DocumentSummary>>): Generator<string> {
    const { session, tally } = this.#look
    for (const { document, entry } of pairs) {
      const id = document?.id ?? entry?.id
      if (id === undefined || classify(document, entry, session) === "consistent") tally.consistent(1)
      else yield id
    }
  }

  get #readsContents(): boolean {
    // Where fingerprints differ, contents are read too: that is rare, and the difference may be there alone.
    return this.#look.options.contents !== false || this.#look.session.fingerprint !== undefined
  }
}
