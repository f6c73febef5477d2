import { type DocumentId, parseDocumentId } from "../document/document-id.ts"
import { nextLogHash } from "../store/log-hash.ts"
import type { DocumentWrite, LogEnd, StoreBatch, StoreSession, ValueWrite } from "../store/store.ts"
import { assertEqual, assertRejects, assertThat, ContractViolation } from "./contract-assert.ts"
import type { ContractCase } from "./contract-case.ts"
import { SeededRandom } from "./seeded-random.ts"
import type { MakeStore } from "./store-case.ts"
import { StoreModel } from "./store-model.ts"

const collections = ["a", "a-b", "a0", "b", "é", "\uff5e", "\u{1f600}"]
const keys = ["", "1", "10", "2", "a", "a/b", "é", "\uff5e", "\u{1f600}"]
const historySteps = 60

/** Enough that each kind of step follows each other one many times; a soak calls `runStoreHistory` with more. */
const defaultHistories = 25

/** STO18: random histories of a store and of the plain model, compared read by read. */
export function storeModelCase(
  name: string,
  makeStore: MakeStore,
  histories: number = defaultHistories
): ContractCase {
  return {
    title: `[STO18] random histories leave the store and a plain model with equal answers (${name})`,
    run: async () => {
      for (let seed = 1; seed <= histories; seed++) await runStoreHistory(makeStore, seed)
    }
  }
}

/**
 * Runs one history: random batches, refused batches, reads and re-openings. The failure names the seed, with which it
 * happens again.
 */
export async function runStoreHistory(makeStore: MakeStore, seed: number): Promise<void> {
  const { store, remove } = await makeStore()
  const random = new SeededRandom(seed)
  const model = new StoreModel()
  let session = await store.open()
  try {
    for (let step = 0; step < historySteps; step++) {
      await takeStep(session, model, random)
      if (!random.chance(0.1)) continue
      await session.close()
      session = await store.open()
    }
    await compareAll(session, model, random)
    assertThat(model.end.position > 0, "the history wrote nothing")
    assertEqual(await session.checkIntegrity(), [], "integrity")
  } catch (cause) {
    throw new ContractViolation(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause
    })
  } finally {
    await session.close()
    await remove?.()
  }
}

async function takeStep(session: StoreSession, model: StoreModel, random: SeededRandom): Promise<void> {
  const batch = randomBatch(model, random)
  if (random.chance(0.1)) {
    const broken = misplaced(batch)
    if (broken !== undefined)
      await assertRejects(session.append(broken), "store-conflict", "a misplaced batch")
  } else {
    await session.append(batch)
    model.append(batch)
  }
  assertEqual(session.end, model.end, "end")
  if (random.chance(0.3)) await compareAll(session, model, random)
}

function randomBatch(model: StoreModel, random: SeededRandom): StoreBatch {
  let end = model.end
  const planned = new Map<DocumentId, number>()
  const documents = Array.from({ length: random.integer(5) }, () => {
    const id = randomId(random)
    const known = planned.get(id) ?? model.document(id)?.head.position ?? 0
    const { write, end: next } = randomWrite(id, known, end, random)
    planned.set(id, write.head.position)
    end = next
    return write
  })
  return { documents, values: Array.from({ length: random.integer(3) }, () => randomValue(random)) }
}

function randomWrite(
  id: DocumentId,
  position: number,
  end: LogEnd,
  random: SeededRandom
): { readonly write: DocumentWrite; readonly end: LogEnd } {
  const bytes = random.chance(0.8) ? random.bytes(random.integer(40)) : undefined
  const next = bytes && { position: end.position + 1, hash: nextLogHash(end, id, bytes) }
  const head = {
    id,
    digest: random.bytes(32),
    position: next?.position ?? position,
    body: random.bytes(random.integer(20))
  }
  const write: DocumentWrite = {
    head,
    ...(bytes && next && { record: { bytes, logHash: next.hash } }),
    ...(random.chance(0.2) && { base: random.bytes(random.integer(60)) }),
    ...(random.chance(0.2) && { dropThrough: random.integer(head.position + 3) })
  }
  return { write, end: next ?? end }
}

function randomValue(random: SeededRandom): ValueWrite {
  const value = random.chance(0.3) ? null : random.bytes(random.integer(10))
  return { space: random.pick(["s", "t"]), key: random.pick(keys), value }
}

/** The batch with its last record one position too far; `undefined` if it has no record. */
function misplaced({ documents, values }: StoreBatch): StoreBatch | undefined {
  const last = documents.findLastIndex(({ record }) => record !== undefined)
  if (last < 0) return undefined
  const moved = documents.map((write, index) =>
    index === last ? { ...write, head: { ...write.head, position: write.head.position + 1 } } : write
  )
  return { documents: moved.slice(0, last + 1), ...(values && { values }) }
}

async function compareAll(session: StoreSession, model: StoreModel, random: SeededRandom): Promise<void> {
  const limit = 1 + random.integer(8)
  const after = random.integer(model.end.position + 2)
  const id = randomId(random)
  const collection = random.pick(collections)
  const heads = model.heads()
  const following = heads.slice(heads.findLastIndex(head => head.id === id) + 1)
  assertEqual(await session.loadDocument(id), model.document(id), `document ${id}`)
  assertEqual(await session.loadHead(id), model.document(id)?.head, `head of ${id}`)
  assertEqual(await session.collections(), model.collections(), "collections")
  assertEqual(await session.scanHeads({ limit }), heads.slice(0, limit), "heads")
  if (following.length < heads.length)
    assertEqual(await session.scanHeads({ limit, after: id }), following.slice(0, limit), `heads after ${id}`)
  assertEqual(
    await session.scanHeads({ limit, collection }),
    heads.filter(head => head.id.startsWith(`${collection}/`)).slice(0, limit),
    `heads of ${collection}`
  )
  const changes = model.changes().filter(({ position }) => position > after)
  assertEqual(await session.changedSince({ after, limit }), changes.slice(0, limit), `changes after ${after}`)
  const log = model.log().filter(({ position }) => position > after)
  assertEqual(await session.readLog({ after, limit }), log.slice(0, limit), `log after ${after}`)
  const own = log.filter(({ document }) => document === id)
  assertEqual(await session.readLog({ after, limit, document: id }), own.slice(0, limit), `log of ${id}`)
  assertEqual(await session.logHashAt(after), model.hashes[after], `hash at ${after}`)
  assertEqual(await session.listValues({ space: "s", limit: 99 }), model.values("s"), "values")
}

function randomId(random: SeededRandom): DocumentId {
  return parseDocumentId(`${random.pick(collections)}/${random.pick(keys) || "0"}`)
}
