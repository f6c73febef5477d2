import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sqliteStore } from "@syncline/adapters/sqlite"
import {
  collection,
  type Collection,
  counter,
  list,
  map,
  memoryStore,
  register,
  type Store,
  text
} from "@syncline/core"
import { automerge } from "@syncline/core/automerge"
import { yjs } from "@syncline/core/yjs"

/** What the histories edit: every kind of container, predefined and not. */
export interface Note {
  title?: string
  body: string
  tags: (string | number)[]
  votes: number
  state: string
  meta: { summary: string; hits: number; [key: string]: unknown }
  [key: string]: unknown
}

const fields = {
  body: text(),
  tags: list(),
  votes: counter(),
  state: register({ default: "open" }),
  meta: map({ summary: text(), hits: counter() })
}
const inYjs = collection<Note>("notes", { fields, engine: yjs() })
const inAutomerge = collection<Note>("plans", { fields, engine: automerge() })

/** In which engines the documents of a history are. */
export const engineSettings = { yjs: [inYjs], automerge: [inAutomerge], both: [inYjs, inAutomerge] } as const

/** Where its replicas are stored. */
export type StoreSetting = "memory" | "sqlite"

/** What a history is run with. */
export interface Setting {
  readonly engines: keyof typeof engineSettings
  readonly stores: StoreSetting
}

/** All there are, as `SYNCLINE_SETTING` names them: `both-sqlite`. */
export const settings: ReadonlyMap<string, Setting> = new Map(
  (["yjs", "automerge", "both"] as const).flatMap(engines =>
    (["memory", "sqlite"] as const).map(stores => [`${engines}-${stores}`, { engines, stores }] as const)
  )
)

/** Where the stores of a fleet are, until it is closed. */
export class StorePlace {
  readonly #folder: string | undefined

  constructor(stores: StoreSetting) {
    this.#folder = stores === "memory" ? undefined : mkdtempSync(join(tmpdir(), "syncline-convergence-"))
  }

  /** A store that can be opened again. */
  make(name: string): Store {
    if (this.#folder === undefined) return memoryStore()
    // Nothing here is about loss of power.
    const options = { durability: "process", stateDirectory: join(this.#folder, "state") } as const
    return sqliteStore(join(this.#folder, `${name}.db`), options)
  }

  remove(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** A document of a history. */
export interface Place {
  readonly notes: Collection<Note>
  readonly key: string
}

/** So many documents, of each engine in turn. */
export function placesOf({ engines }: Setting, count: number): readonly Place[] {
  const collections = engineSettings[engines]
  return ["one", "two", "three"]
    .slice(0, Math.max(count, collections.length))
    .map((key, at) => ({ key, notes: collections[at % collections.length] ?? inYjs }))
}
