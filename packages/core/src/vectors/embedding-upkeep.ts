import type { Ports } from "../ports/ports.ts"
import type { StoredValue } from "../projection/projection-source.ts"
import type { SinkValues } from "../projection/sink.ts"
import type { ValueWrite } from "../store/store.ts"
import { hashesOf } from "./embedding-cache.ts"
import { documentSpace, type EmbeddingOwner, ownerKey, ownerOfKey, vectorSpace } from "./embedding-places.ts"

/** When an owner was last there. */
interface OwnerUse {
  /** On which day of use. */
  readonly day: number
  /** For how many more of them its vectors are kept. */
  readonly keepDays: number
}

/** Days on which the store was used, counted: a clock that jumps makes one of it, however far it went. */
interface UseDays {
  readonly count: number
  readonly date: number
}

const useSpace = "embedding-use"
const daysSpace = "embedding-days"
const dayMs = 86_400_000
/** By then the other sinks of the replica were opened, if they can be. */
const beginMs = 5_000
/** Between two pages: others write, too. */
const pauseMs = 100
const documentsAPage = 100
const vectorsAPage = 1_000

/**
 * Takes away the vectors of owners that are gone: former versions of an embedder, tables that are not declared any more. They are kept for some days of
 * use, so that going back costs nothing.
 *
 * A step takes one page, in one write, and what is to be done next follows from what is there: whatever ends it, the next opening goes on.
 */
export class EmbeddingUpkeep {
  readonly #owner: EmbeddingOwner
  readonly #keepDays: number
  readonly #values: SinkValues
  readonly #ports: Ports
  #cancel = (): void => {}
  #closed = false

  constructor(
    owner: EmbeddingOwner,
    keepDays: number,
    { values, ports }: { values: SinkValues; ports: Ports }
  ) {
    this.#owner = owner
    this.#keepDays = keepDays
    this.#values = values
    this.#ports = ports
  }

  /** Says at once that this owner is there; begins a little later, when others have said so, too, and goes on until `close`. */
  start(): void {
    void this.#noteUse().catch(error => this.#warn(error))
    this.#cancel = this.#ports.timers.schedule(beginMs, () => void this.#run())
  }

  close(): void {
    this.#closed = true
    this.#cancel()
  }

  async #run(): Promise<void> {
    let isMore = false
    try {
      isMore = await this.#step()
    } catch (error) {
      this.#warn(error)
    }
    if (!this.#closed)
      this.#cancel = this.#ports.timers.schedule(isMore ? pauseMs : dayMs, () => void this.#run())
  }

  /** Whether more is left. */
  async #step(): Promise<boolean> {
    const today = await this.#noteUse()
    const owners = await this.#owners()
    const gone = owners.find(({ use }) => today - use.day > use.keepDays)?.owner
    if (gone === undefined || this.#closed) return false
    const rest = owners.map(({ owner }) => owner).filter(owner => ownerKey(owner) !== ownerKey(gone))
    const sharing = rest.filter(({ id, version }) => id === gone.id && version === gone.version)
    await this.#takeAway(gone, sharing)
    return true
  }

  #warn(error: unknown): void {
    if (this.#closed) return
    this.#ports.logger.warn("vectors that nobody needs could not be taken away; it is tried again in a day", {
      error
    })
  }

  /** Says that this owner is there; gives the day of use. */
  async #noteUse(): Promise<number> {
    const date = Math.floor(this.#ports.time.nowMs() / dayMs)
    const before = parse(await this.#values.read(daysSpace, "days"), "count", "date") ?? {
      count: 0,
      date: -1
    }
    const day = before.date === date ? before.count : before.count + 1
    const key = ownerKey(this.#owner)
    const noted = parse(await this.#values.read(useSpace, key), "day", "keepDays")
    const writes: ValueWrite[] = []
    if (day !== before.count)
      writes.push({ space: daysSpace, key: "days", value: bytesOf({ count: day, date }) })
    if (noted?.day !== day || noted.keepDays !== this.#keepDays)
      writes.push({ space: useSpace, key, value: bytesOf({ day, keepDays: this.#keepDays }) })
    if (writes.length > 0) await this.#values.write(writes)
    return day
  }

  async #owners(): Promise<readonly { readonly owner: EmbeddingOwner; readonly use: OwnerUse }[]> {
    const stored = await this.#values.list(useSpace, undefined, 1_000)
    return stored.flatMap(({ key, value }) => {
      const [owner, use] = [ownerOfKey(key), parse(value, "day", "keepDays")]
      return owner === undefined || use === undefined ? [] : [{ owner, use }]
    })
  }

  /** One page of what an owner had; the last of all its name. Where another one has the embedder's version, what its documents have stays. */
  async #takeAway(gone: EmbeddingOwner, others: readonly EmbeddingOwner[]): Promise<void> {
    const space = documentSpace(gone)
    const lists = await this.#values.list(space, undefined, documentsAPage)
    if (lists.length > 0) return this.#takeLists(gone, lists, others)
    const vectors =
      others.length > 0 ? [] : await this.#values.list(vectorSpace(gone), undefined, vectorsAPage)
    await this.#values.write(
      vectors.length > 0
        ? vectors.map(({ key }) => ({ space: vectorSpace(gone), key, value: null }))
        : [{ space: useSpace, key: ownerKey(gone), value: null }]
    )
  }

  async #takeLists(
    gone: EmbeddingOwner,
    lists: readonly StoredValue[],
    others: readonly EmbeddingOwner[]
  ): Promise<void> {
    const writes = new Map<string, ValueWrite>()
    for (const { key, value } of lists) {
      const needed = new Set<string>()
      for (const other of others)
        for (const hash of hashesOf(await this.#values.read(documentSpace(other), key))) needed.add(hash)
      for (const hash of hashesOf(value))
        if (!needed.has(hash)) writes.set(hash, { space: vectorSpace(gone), key: hash, value: null })
      writes.set(` ${key}`, { space: documentSpace(gone), key, value: null })
      if (writes.size >= vectorsAPage) break
    }
    await this.#values.write([...writes.values()])
  }
}

/** What `bytesOf` was given. What somebody damaged is as good as not there: at worst something is embedded again. */
function parse<Field extends string>(
  bytes: Uint8Array | undefined,
  ...fields: readonly Field[]
): Readonly<Record<Field, number>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const numbers = value as Readonly<Record<Field, number>> | null
    return fields.every(field => Number.isSafeInteger(numbers?.[field])) ? (numbers ?? undefined) : undefined
  } catch {
    return undefined
  }
}

function bytesOf(value: UseDays | OwnerUse): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}
