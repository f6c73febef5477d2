import {
  type Collection,
  collection,
  type Document,
  type Engine,
  list,
  map,
  memoryStore,
  openReplica,
  type Replica,
  type ReplicaOptions,
  text
} from "@syncline/core"
import { automerge } from "@syncline/core/automerge"
import { yjs } from "@syncline/core/yjs"
import { type RawDocument, rawAutomerge, rawYjs } from "./raw-document.ts"

/** One row of a sheet. */
export interface SheetRow {
  readonly id: number
  readonly title: string
  readonly done: boolean
}

/** What a sheet holds. */
export interface SheetValue {
  readonly body: string
  readonly rows: readonly SheetRow[]
  readonly entries: Readonly<Record<string, number>>
}

/** Documents with a container of every kind. */
export const sheets: Collection<SheetValue> = collection<SheetValue>("sheets", {
  fields: { body: text(), rows: list(), entries: map() }
})

/** A document of `sheets`. */
export type Sheet = Document<SheetValue>

/** An engine under measure, and the library it stands on. */
export interface MeasuredEngine {
  readonly name: string
  readonly engine: () => Engine
  readonly raw: (saved?: Uint8Array, after?: readonly Uint8Array[]) => RawDocument
}

/** Every engine there is. */
export const measuredEngines: readonly MeasuredEngine[] = [
  { name: "Yjs", engine: yjs, raw: rawYjs },
  { name: "Automerge", engine: automerge, raw: rawAutomerge }
]

/** Opens a replica with sheets of an engine. */
export function openSheets(
  { engine }: MeasuredEngine,
  options: Partial<ReplicaOptions> = {}
): Promise<Replica> {
  return openReplica({ store: memoryStore(), engine: engine(), collections: [sheets], ...options })
}
