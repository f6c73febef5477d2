import type { KeyPart, SinkDamage } from "@syncline/core/testing"
import type { QdrantApi } from "../client/qdrant-api.ts"
import { toBase64 } from "../points/base64.ts"
import { pointNamespace, recordPointId, rowPointId } from "../points/point-id.ts"

interface Point {
  readonly id: string
  readonly payload: Record<string, unknown>
  readonly vector?: unknown
}

type Change = (payload: Record<string, unknown>) => Record<string, unknown>

const records = "syncline_records"

/** The fields with a document's id, by collection. */
const labels: Readonly<Record<string, string>> = {
  notes: "id",
  note_tags: "parent_id",
  title_chunks: "parent_id"
}

/**
 * Damages a Qdrant sink of the contract's tables as any other client of the server could. Each damage begins at once and takes its time;
 * `settled` says when all are done.
 */
export class QdrantSinkDamage implements SinkDamage {
  readonly #api: () => QdrantApi
  #under: Promise<void> = Promise.resolve()

  constructor(api: () => QdrantApi) {
    this.#api = api
  }

  settled(): Promise<void> {
    return this.#under
  }

  setKey(id: string, part: KeyPart, value: bigint): void {
    const exact = Number.isSafeInteger(Number(value)) ? Number(value) : value
    this.#changeRecord(id, payload => ({ ...payload, [part]: exact }))
  }

  setDigest(id: string, digest: Uint8Array): void {
    this.#changeRecord(id, payload => ({ ...payload, digest: toBase64(digest) }))
  }

  setDeleted(id: string, deleted: boolean): void {
    this.#changeRecord(id, payload => ({ ...payload, deleted }))
  }

  removeAll(id: string): void {
    this.#then(async () => {
      for (const collection of [records, ...Object.keys(labels)])
        await this.#remove(collection, await this.#of(collection, id))
    })
  }

  removeBookkeeping(id: string): void {
    this.#then(async () => this.#remove(records, await this.#of(records, id)))
  }

  removeRows(id: string, table: "notes" | "note_tags"): void {
    this.#then(async () => this.#remove(table, await this.#of(table, id)))
  }

  setTitle(id: string, title: string): void {
    this.#changeNote(id, payload => ({ ...payload, title }))
  }

  breakJson(id: string): void {
    this.#changeNote(id, payload => ({ ...payload, raw: "{broken" }))
  }

  setWrongType(id: string): void {
    this.#changeNote(id, payload => ({ ...payload, size: "many" }))
  }

  setSeal(id: string): void {
    this.#changeRecord(id, payload => ({ ...payload, seal: "0".repeat(32) }))
  }

  duplicateChunk(id: string): void {
    this.#then(async () => {
      const chunks = await this.#of("title_chunks", id)
      const [first] = chunks
      if (first === undefined) throw new Error(`${id} has no chunk to duplicate`)
      const ordinal = chunks.length
      const payload = { ...first.payload, ordinal }
      await this.#put("title_chunks", [{ ...first, id: slot("title_chunks", id, ordinal), payload }])
    })
  }

  addTag(id: string): void {
    this.#then(() =>
      this.#put("note_tags", [
        { id: slot("note_tags", id, 99), payload: { parent_id: id, ordinal: 99, tag: "added" } }
      ])
    )
  }

  addRow(id: string): void {
    this.#then(() =>
      this.#put("notes", [{ id: slot("notes", id, 0), payload: { id, title: "added", size: 1, raw: "{}" } }])
    )
  }

  copy(from: string, to: string): void {
    this.#then(async () => {
      for (const collection of [records, ...Object.keys(labels)]) {
        const points = await this.#of(collection, from)
        await this.#put(
          collection,
          points.map(point => moved(collection, point, to))
        )
      }
    })
  }

  swap(a: string, b: string): void {
    this.#then(async () => {
      for (const collection of [records, "notes", "note_tags"]) await this.#exchange(collection, a, b)
    })
  }

  swapRows(a: string, b: string): void {
    this.#then(() => this.#exchange("notes", a, b))
  }

  removeEverything(): void {
    this.#then(async () => {
      for (const collection of [records, ...Object.keys(labels)])
        await this.#api().deleteCollection({ collection_name: collection })
    })
  }

  /** Any other damage, after those before it. */
  run(damage: (api: QdrantApi) => Promise<unknown>): void {
    this.#then(async () => void (await damage(this.#api())))
  }

  #then(damage: () => Promise<void>): void {
    this.#under = this.#under.then(damage)
  }

  #changeRecord(id: string, change: Change): void {
    this.#changeAll(records, id, change)
  }

  #changeNote(id: string, change: Change): void {
    this.#changeAll("notes", id, change)
  }

  #changeAll(collection: string, id: string, change: Change): void {
    this.#then(async () => {
      const points = await this.#of(collection, id)
      await this.#put(
        collection,
        points.map(point => ({ ...point, payload: change(point.payload) }))
      )
    })
  }

  async #exchange(collection: string, a: string, b: string): Promise<void> {
    const [first, second] = [await this.#of(collection, a), await this.#of(collection, b)]
    await this.#remove(collection, [...first, ...second])
    const exchanged = [
      ...first.map(point => moved(collection, point, b)),
      ...second.map(point => moved(collection, point, a))
    ]
    await this.#put(collection, exchanged)
  }

  async #of(collection: string, id: string): Promise<readonly Point[]> {
    const key = labels[collection] ?? "document"
    const filter = { must: [{ key, match: { value: id } }] }
    const args = { collection_name: collection, filter, with_payload: true, with_vector: true, limit: 40 }
    try {
      const { data } = (await this.#api().scrollPoints(args)) as {
        readonly data: { readonly result: { readonly points: Point[] } }
      }
      return data.result.points
    } catch (error) {
      if ((error as { readonly status?: number }).status === 404) return []
      throw error
    }
  }

  async #put(collection: string, points: readonly Point[]): Promise<void> {
    if (points.length === 0) return
    const sent = points.map(({ id, payload, vector }) => ({ id, payload, vector: vector ?? {} }))
    await this.#api().batchUpdate({
      collection_name: collection,
      wait: true,
      operations: [{ upsert: { points: sent } }]
    })
  }

  async #remove(collection: string, points: readonly Point[]): Promise<void> {
    if (points.length === 0) return
    const ids = points.map(({ id }) => id)
    await this.#api().batchUpdate({
      collection_name: collection,
      wait: true,
      operations: [{ delete: { points: ids } }]
    })
  }
}

function moved(collection: string, { payload, vector }: Point, to: string): Point {
  const id = slot(collection, to, Number(payload["ordinal"] ?? 0))
  return { id, payload: { ...payload, [labels[collection] ?? "document"]: to }, vector }
}

function slot(collection: string, id: string, ordinal: number): string {
  const namespace = pointNamespace(collection, undefined)
  return collection === records ? recordPointId(namespace, id) : rowPointId(namespace, id, ordinal)
}
