import fc from "fast-check"
import { expect, test } from "vitest"
import { decodeCommits } from "../codec/commit-decoder.ts"
import type { Commit } from "../commit/commit.ts"
import type { DocumentId } from "../document/document-id.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import { OutgoingBatch } from "./outgoing-batch.ts"
import type { OutgoingPayload } from "./sync-state.ts"

const write = fc.record({
  document: fc.nat(3),
  bytes: fc.oneof(fc.nat(300), fc.nat(4_000)),
  /** What is not becomes small when it is encoded. */
  isRandom: fc.boolean(),
  isNewGroup: fc.boolean()
})
const history = fc.record({
  seed: fc.nat(),
  smallBytes: fc.constantFrom(200, 960, 2_000),
  batchBytes: fc.constantFrom(500, 2_000, 100_000),
  maxPayloadBytes: fc.constantFrom(3_000, 100_000),
  /** Of each payload, how many that can be overtaken are out before the next one is taken. */
  sent: fc.array(fc.nat(2), { minLength: 1, maxLength: 8 }),
  writes: fc.array(write, { minLength: 1, maxLength: 30 })
})

/** Payloads as a sender takes them, and which of them that can be overtaken are not out yet. */
class Sender {
  readonly batch: OutgoingBatch
  readonly under: Set<DocumentId>[] = []
  readonly seqs = new Map<DocumentId, number[]>()
  overtaking = 0
  readonly #smallBytes: number
  readonly #sent: readonly number[]
  #taken = 0

  constructor(batch: OutgoingBatch, smallBytes: number, sent: readonly number[]) {
    this.batch = batch
    this.#smallBytes = smallBytes
    this.#sent = sent
  }

  take(payloads: Iterable<OutgoingPayload>): void {
    for (const payload of payloads) {
      const commits = decodeCommits(payload.bytes)
      const documents = new Set(commits.map(({ document }) => document))
      const isLarge = payload.bytes.length > this.#smallBytes
      if (isLarge) this.under.push(documents)
      else if (this.under.length > 0) this.overtaking++
      const before = isLarge ? this.under.slice(0, -1) : this.under
      // Large ones go one after the other, so only a small one could come before what it builds on.
      for (const { document, dot } of commits) {
        if (!isLarge) expect(before.some(others => others.has(document))).toBe(false)
        this.seqs.set(document, [...(this.seqs.get(document) ?? []), dot.seq])
      }
      for (let n = this.#sent[this.#taken++ % this.#sent.length] ?? 0; n > 0; n--) this.out()
    }
  }

  /** The oldest is out. */
  out(): void {
    if (this.under.shift() !== undefined) this.batch.bulkSent()
  }
}

test("[SY72] whatever the sizes and contents, nothing overtakes what it builds on, and all is sent but what builds on what does not fit", () => {
  let overtaking = 0
  let dropping = 0
  fc.assert(
    fc.property(history, ({ seed, writes, sent, ...options }) => {
      const fleet = new LinkFleet(seed, 1)
      const dropped = new Set<DocumentId>()
      const batch = new OutgoingBatch({
        ...options,
        partial: undefined,
        onTooLarge: document => dropped.add(document)
      })
      const sender = new Sender(batch, options.smallBytes, sent)
      const last = new Map<DocumentId, number>()
      const group: Commit[] = []
      for (const { document, bytes, isRandom, isNewGroup } of writes) {
        if (isNewGroup) sender.take(batch.add(group.splice(0)))
        const update = isRandom ? fleet.random.bytes(bytes) : new Uint8Array(bytes)
        const commit = fleet.host(0).write(`notes/${document}`, update)
        last.set(commit.document, commit.dot.seq)
        group.push(commit)
      }
      sender.take(batch.add(group))
      sender.take(batch.flush({}))
      while (sender.under.length > 0 || batch.isDue) {
        sender.out()
        sender.take(batch.flush({}))
      }
      overtaking += sender.overtaking
      dropping += dropped.size
      for (const [document, seq] of last) {
        const seqs = sender.seqs.get(document) ?? []
        expect(seqs).toEqual(seqs.map((_, i) => i + 1))
        expect(dropped.has(document) ? seqs.length < seq : seqs.length === seq).toBe(true)
      }
    })
  )
  expect(overtaking).toBeGreaterThan(0)
  expect(dropping).toBeGreaterThan(0)
})
