import {
  type DocumentId,
  type Document,
  memoryStore,
  type Replica,
  type Store,
  type StoreSession
} from "@syncline/core"
import { type Bench, type BenchContext, median } from "../harness/bench.ts"
import { keyOf } from "./contender.ts"
import { notes, openNotes, writeNotes } from "./notes.ts"

const targetMicroseconds = 5
/** A prime, so that batches go through all documents and lie all over the tree. */
const stride = 7_919

/** A replica, and how long it was busy with what had just become durable before it told anybody. */
interface Watched {
  readonly replica: Replica
  readonly settling: { ms: number }
}

/** What is kept current, and how many changes come between two looks at the root. */
interface Kept {
  readonly documents: number
  readonly batch: number
  readonly held: "roots" | "roots and a sketch"
}

async function runUpkeep(context: BenchContext): Promise<void> {
  for (const documents of context.quick ? [200] : [5_000, 50_000]) {
    const pair = { indexed: await openWatched(documents), plain: await openWatched(documents) }
    await pair.indexed.replica.host.unitRoots()
    for (const batch of [1, context.quick ? 100 : 1_000])
      await reportBatch(context, pair, { documents, batch, held: "roots" })
    // What a replica that strangers were compared with goes on keeping: the sketch under its own key.
    const sketched = await openSketch(pair.indexed.replica)
    for (const batch of [1, context.quick ? 100 : 1_000])
      await reportBatch(context, pair, { documents, batch, held: "roots and a sketch" })
    sketched.close()
    await pair.indexed.replica.close()
    await pair.plain.replica.close()
  }
}

/**
 * One replica knows its roots, another was never asked for them, and so keeps no index. Both are given the same changes. What the
 * first takes longer from the store's answer to telling its listeners, and the new root, is the upkeep.
 */
async function reportBatch(
  context: BenchContext,
  { indexed, plain }: { readonly indexed: Watched; readonly plain: Watched },
  { documents, batch, held }: Kept
): Promise<void> {
  const [settling, rooting] = [[] as number[], [] as number[]]
  const rounds = (context.quick ? 3 : 40) * (batch === 1 ? 10 : 1)
  for (let round = 0; round < rounds; round++) {
    // In turns, so that neither always comes after the other's garbage.
    const order = round % 2 === 0 ? [indexed, plain] : [plain, indexed]
    for (const one of order) await change(one, documents, batch, round)
    settling.push((indexed.settling.ms - plain.settling.ms) / batch)
    const start = processorMs()
    await indexed.replica.host.unitRoots()
    rooting.push((processorMs() - start) / batch)
  }
  const ours = 1_000 * (median(settling) + median(rooting))
  const peer = mapMicroseconds(documents)
  context.report({
    bench: "sync/upkeep",
    input: `${documents.toLocaleString("en-US")} documents, ${held}, ${batch === 1 ? "a root each" : `a root every ${batch.toLocaleString("en-US")}`}`,
    metric: "index upkeep per changed document",
    unit: "µs CPU",
    ours,
    peer,
    peerName: "Map.set of id and digest",
    ratio: ours / peer,
    better: "lower",
    // A root that is asked for after every change has nobody to share its path with.
    target: batch === 1 ? "" : `<= ${targetMicroseconds} µs`,
    met: batch === 1 ? null : ours <= targetMicroseconds
  })
}

/** The sketch that this replica reconciles with strangers by when it is the accepting side. To be closed. */
async function openSketch({ host }: Replica): Promise<{ close(): void }> {
  const scope = host.scopeView("all")
  const unit = await scope.unit("notes", host.unitKey)
  await unit.sketch()
  return {
    close: () => {
      unit.close()
      scope.close()
    }
  }
}

/** Changes so many documents in one transaction. */
async function change(
  { replica, settling }: Watched,
  documents: number,
  batch: number,
  round: number
): Promise<void> {
  const loaded: Document<{ readonly body: string }>[] = []
  for (let i = 0; i < batch; i++)
    loaded.push(await replica.load(notes, keyOf(((round * batch + i) * stride) % documents)))
  settling.ms = 0
  for (const note of loaded) note.text("body").insert(0, "x")
  await replica.flush()
}

async function openWatched(documents: number): Promise<Watched> {
  const settling = { ms: 0 }
  let answered = 0
  const store = answering(memoryStore(), () => (answered = processorMs()))
  const replica = await openNotes(store)
  await writeNotes(replica, 0, documents)
  replica.host.onDurable(() => (settling.ms += processorMs() - answered))
  return { replica, settling }
}

/** Says when the store answered an append. */
function answering(inner: Store, onAnswer: () => void): Store {
  const open = async (): Promise<StoreSession> => {
    const session = await inner.open()
    return new Proxy(session, {
      get(target, name) {
        if (name === "append")
          return async (...given: Parameters<StoreSession["append"]>) => {
            await target.append(...given)
            onAnswer()
          }
        const member: unknown = Reflect.get(target, name, target)
        return typeof member === "function" ? (member.bind(target) as unknown) : member
      }
    })
  }
  return { name: inner.name, open }
}

/** Milliseconds of this process's processors: pieces of a few milliseconds seldom have a shared machine to themselves. */
function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** What it costs to know the newest digest of each document, and nothing else. */
function mapMicroseconds(documents: number): number {
  const ids = Array.from({ length: documents }, (_, index) => `notes/${keyOf(index)}` as DocumentId)
  const digest = new Uint8Array(32)
  const known = new Map<DocumentId, Uint8Array>()
  const times: number[] = []
  for (let round = 0; round < 15; round++) {
    const start = processorMs()
    for (const id of ids) known.set(id, digest)
    times.push((1_000 * (processorMs() - start)) / documents)
  }
  return median(times)
}

/** What keeping roots current costs a change. */
export const benches: readonly Bench[] = [{ name: "sync/upkeep", run: runUpkeep }]
