import {
  type Collection,
  collection,
  type Document,
  type Replica,
  type SyncHost,
  text,
  textOf
} from "@syncline/core"
import type { Transaction, TwoWriterTrace } from "./two-writer-trace.ts"

/** Where recordings are replayed. */
export const papers: Collection<{ readonly body: string }> = collection<{ readonly body: string }>("papers", {
  fields: { body: text() }
})

type DurableCommit = Parameters<Parameters<SyncHost["onDurable"]>[0]>[0]["commits"][number]

/** One of the two: a replica, the commits made on it, and how many of the other's it has heard of. */
export class ReplayedWriter {
  readonly #replica: Replica
  readonly #paper: Document<{ readonly body: string }>
  readonly #made: DurableCommit[] = []
  #heard = 0

  private constructor(replica: Replica, paper: Document<{ readonly body: string }>) {
    this.#replica = replica
    this.#paper = paper
    replica.host.onDurable(({ commits, origin }) => {
      if (origin === undefined) this.#made.push(...commits)
    })
  }

  static async open(replica: Replica): Promise<ReplayedWriter> {
    return new ReplayedWriter(replica, await replica.load(papers, "paper"))
  }

  get text(): string {
    return this.#paper.value.body
  }

  /** One transaction, one commit. */
  type({ patches }: Transaction): void {
    const [first] = patches
    if (first !== undefined && patches.length === 1) {
      this.#paper.text("body").splice(...first)
      return
    }
    this.#paper.change(draft => {
      const body = textOf(draft, "body")
      for (const patch of patches) body.splice(...patch)
    })
  }

  /** Takes the other's first `count` commits, and not one more: says whether any of them was new. */
  async hear(other: ReplayedWriter, count: number): Promise<boolean> {
    if (count <= this.#heard) return false
    await Promise.all([this.#replica.flush(), other.#replica.flush()])
    const commits = vouchedFor(other.#made.slice(this.#heard, count))
    const { applied, rejections } = await this.#replica.host.receive({ commits, origin: other })
    if (applied !== commits.length) throw new Error(`commits were not taken: ${rejections[0]?.message}`)
    this.#heard = count
    return true
  }

  /** Takes all of the other's commits. */
  async hearAll(other: ReplayedWriter): Promise<void> {
    await other.#replica.flush()
    await this.hear(other, other.#made.length)
  }
}

/**
 * Replays a recording: before each transaction its writer hears of exactly those of the other it was made after, no
 * sooner, as positions mean nothing otherwise. What one writes between two merges goes into one store transaction.
 * Returns the number of merges.
 */
export async function replay(
  trace: TwoWriterTrace,
  writers: readonly [ReplayedWriter, ReplayedWriter],
  onProgress: (done: number) => void
): Promise<number> {
  const seen = causalPast(trace)
  let merges = 0
  for (const [at, transaction] of trace.transactions.entries()) {
    const [writer, other] = transaction.agent === 0 ? writers : [writers[1], writers[0]]
    if (await writer.hear(other, seen[at]?.[1 - transaction.agent] ?? 0)) {
      merges++
      onProgress(at)
    }
    writer.type(transaction)
  }
  await writers[0].hearAll(writers[1])
  await writers[1].hearAll(writers[0])
  return merges
}

/** As links send them: the last one says how its hash begins, which proves all before it. */
function vouchedFor(
  commits: readonly DurableCommit[]
): readonly (DurableCommit & { readonly check8?: Uint8Array })[] {
  const last = commits.at(-1)
  return last === undefined ? [] : [...commits.slice(0, -1), { ...last, check8: last.hash.subarray(0, 8) }]
}

/** For each transaction, how many of each writer's it comes after; those of one writer come after each other. */
function causalPast({ transactions }: TwoWriterTrace): (readonly [number, number])[] {
  const before: (readonly [number, number])[] = []
  const through: (readonly [number, number])[] = []
  const made: [number, number] = [0, 0]
  for (const { agent, parents } of transactions) {
    const past = parents.map(parent => through[parent] ?? [0, 0])
    const [a, b] = [Math.max(0, ...past.map(each => each[0])), Math.max(0, ...past.map(each => each[1]))]
    before.push([a, b])
    const own = ++made[agent === 0 ? 0 : 1]
    through.push(agent === 0 ? [own, b] : [a, own])
  }
  return before
}
