import type { ChunkId } from "./chunk-id.ts"
import type { ChunkStore, StoredChunk } from "./chunk-store.ts"

/** A check before it is bound to a store. */
export interface ChunkStoreCase {
  readonly title: string
  readonly check: (store: ChunkStore) => Promise<void>
}

/** What contract checks fail with; not a `SynclineError`, for it is the store under test that is wrong. */
class ContractViolation extends Error {
  override readonly name = "ContractViolation"
}

/** A chunk of one byte, its number. Ids are not checked by stores. */
export function chunk(n: number, children: readonly number[] = []): StoredChunk {
  return { id: id(n), bytes: Uint8Array.of(n), children: children.map(id) }
}

/** The id of the chunk of a number. */
export function id(n: number): ChunkId {
  return n.toString(16).padStart(64, "0")
}

/** Of chunks 0 to 99, exactly these are stored. */
export async function expectStored(store: ChunkStore, numbers: readonly number[]): Promise<void> {
  const all = Array.from({ length: 100 }, (_, n) => n)
  const stored = await store.has(all.map(id))
  expect(
    all.filter(n => stored[n] === true),
    numbers,
    "numbers of the chunks that are stored"
  )
}

/** Compares what stands in a failure's message: texts, bytes, whatever class they have, lists. */
export function expect(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [shown(actual), shown(expected)]
  if (got !== wanted) throw new ContractViolation(`${what}: got ${got}, expected ${wanted}`)
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value)
  if (value instanceof Uint8Array) return `bytes [${value.join(", ")}]`
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`
  return String(value)
}
