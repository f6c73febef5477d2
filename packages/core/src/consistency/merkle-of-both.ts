import { toHex } from "../codec/hex.ts"
import { collectionOf, type DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { DigestIndex } from "../tracking/digest-index.ts"
import { documentKey } from "../tracking/document-key.ts"
import type { SinkTracking, TrackingRound } from "../tracking/sink-tracking.ts"
import { compareUtf8 } from "../store/compare-utf8.ts"
import { pathsBelow, rootPath } from "../tracking/tree-path.ts"
import { isAmong } from "./chosen-documents.ts"
import type { Coverage } from "./coverage.ts"
import { DocumentSums } from "./document-sums.ts"
import type { SinkLook } from "./sink-look.ts"

/** A call costs more than reading one sum, and a page of sums less than a page of records. */
const sumsPerCall = 1024

/**
 * Compares the tree of what the sink wrote with the documents, from the root down, only where they differ; and looks at what others changed since. Memory is an id for
 * each document that differs.
 *
 * @throws SynclineError `verification-unsure` where the sink keeps no tree and no marks, or cannot vouch for them.
 */
export async function verifyMerkle(look: SinkLook): Promise<Coverage> {
  const { source, session, sink } = look
  const { tracking } = session
  if (tracking === undefined || source.digests === undefined)
    throw unsure(
      sink,
      "it does not keep account of changes: open it with an option for that (sqliteSink: tracking), where it has one"
    )
  const round = await look.answers.to(() => tracking.begin())
  if (round.unsure !== undefined) throw unsure(sink, round.unsure)
  return new MerkleOfBoth(look, tracking, await source.digests()).run(round)
}

/** One verification by the tree. */
class MerkleOfBoth {
  readonly #look: SinkLook
  readonly #tracking: SinkTracking
  readonly #digests: DigestIndex
  #nodes = 0
  #leaves = 0
  #marked = 0

  constructor(look: SinkLook, tracking: SinkTracking, digests: DigestIndex) {
    this.#look = look
    this.#tracking = tracking
    this.#digests = digests
  }

  async run(round: TrackingRound): Promise<Coverage> {
    const { source, session, tally, options } = this.#look
    const sums = await DocumentSums.of(source, session, this.#tracking, this.#digests)
    const suspects = await this.#compare(sums)
    await this.#lookAtMarked(round, suspects)
    await this.#look.atIds([...suspects].filter(id => isAmong(id, options.collections)))
    const [nodes, leaves, marked] = [this.#nodes, this.#leaves, this.#marked]
    const documents = sums.documentsIn(options.collections)
    return { kind: "merkle", documents, nodes, leaves, marked, looked: tally.checked }
  }

  /** The ids under which what was written last is not the document's; on either side only, too. */
  async #compare(sums: DocumentSums): Promise<Set<string>> {
    let differing: readonly string[] = await this.#differing(sums, [rootPath])
    for (let level = 0; level < 2; level++)
      differing = await this.#differing(sums, differing.flatMap(pathsBelow))
    const suspects = new Set<string>()
    const unwritten: Uint8Array[] = []
    for (const bucket of differing) {
      const expected = new Map([...sums.entries(bucket)].map(([key, leaf]) => [toHex(key), { key, leaf }]))
      const written = await this.#look.answers.to(() => this.#tracking.leaves(bucket))
      this.#leaves += written.length
      for (const { id, leaf } of written) {
        const key = toHex(documentKey(id))
        if (expected.get(key)?.leaf !== leaf) suspects.add(id)
        expected.delete(key)
      }
      for (const { key } of expected.values()) unwritten.push(key)
      await this.#look.step(written.length)
    }
    for (const id of await this.#documentsAt(unwritten)) suspects.add(id)
    return suspects
  }

  async #differing(sums: DocumentSums, paths: readonly string[]): Promise<readonly string[]> {
    const differing: string[] = []
    for (let at = 0; at < paths.length; at += sumsPerCall) {
      const page = paths.slice(at, at + sumsPerCall)
      const found = await this.#look.answers.to(() => this.#tracking.sums(page))
      this.#nodes += page.length
      for (const [index, path] of page.entries()) {
        const { count, sum } = sums.at(path)
        if (found[index]?.sum !== sum || found[index]?.count !== count) differing.push(path)
      }
    }
    return differing
  }

  /** The documents with these keys, but those that came only just now: finding them by their keys would mean a pass over all ids. */
  async #documentsAt(keys: readonly Uint8Array[]): Promise<readonly DocumentId[]> {
    if (keys.length === 0) return []
    const { source, position, pace, session } = this.#look
    const wanted = new Map(keys.map(key => [toHex(key), key]))
    const found: DocumentId[] = []
    const { position: end } = source.end
    for (let after = position; after < end && wanted.size > 0; ) {
      const changed = await source.changedSince(after, pace.pageSize)
      for (const { id } of changed)
        if ((session.collections?.has(collectionOf(id)) ?? true) && wanted.delete(toHex(documentKey(id))))
          found.push(id)
      if (changed.length < pace.pageSize) break
      after = changed.at(-1)?.position ?? end
    }
    return wanted.size === 0 ? found : [...found, ...(await this.#digests.documentsAt([...wanted.values()]))]
  }

  /** Each of them wholly. What is right keeps its mark only if somebody changed it again. */
  async #lookAtMarked(round: TrackingRound, suspects: Set<string>): Promise<void> {
    const { answers, options, pace } = this.#look
    for (let after: string | undefined; ; ) {
      const from = after
      const marked = await answers.to(() => this.#tracking.marked(round, from, pace.pageSize))
      const ids = marked.filter(id => isAmong(id, options.collections))
      this.#marked += ids.length
      for (const id of ids) suspects.delete(id)
      const right = await this.#look.atIds(ids)
      await answers.to(() => this.#tracking.forget(round, right))
      after = marked.at(-1)
      if (marked.length < pace.pageSize) return
      if (from !== undefined && after !== undefined && compareUtf8(after, from) <= 0)
        throw coreError(
          "sink-failed",
          `sink ${this.#look.sink} listed the marks up to "${after}" again; it has to list them ascending, after the one asked for`
        )
    }
  }
}

function unsure(sink: string, reason: string): Error {
  return coreError(
    "verification-unsure",
    `sink ${sink} cannot be verified by its tree: ${reason}; verify it in full`,
    { details: { sink } }
  )
}
