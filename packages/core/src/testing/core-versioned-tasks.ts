import type * as Y from "yjs"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { type Collection, collection } from "../document/collection.ts"
import { text } from "../document/shape.ts"
import type { AutomergeNative } from "../engine/automerge/native-handle.ts"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { ReplicaEvent } from "../replica/replica-events.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore } from "../store/memory-store.ts"

/** A task as the first version of an app knows it. */
export interface First {
  name?: string
  done?: boolean
}

/** A task as the third version knows it. The second has `title` already, and still `done`. */
export interface Third {
  title?: string
  state?: string
  body: string
  schemaVersion?: number
}

/** What all versions declare. */
export const fields = { body: text() }

/** `name` becomes `title`; finds its work done. */
export function toSecond(draft: { name?: string; title?: string }): void {
  if (draft.name === undefined) return
  draft.title = draft.name
  delete draft.name
}

/** `done` becomes `state`. */
export function toThird(draft: { done?: boolean; state?: string }): void {
  if (draft.done === undefined) return
  draft.state = draft.done ? "done" : "open"
  delete draft.done
}

/** The collection as the app of each version declares it. */
export const first: Collection<First & { body: string }> = collection("tasks", { fields })
export const second: Collection<Third> = collection("tasks", {
  fields,
  version: 2,
  upgrades: { 2: toSecond }
})
export const third: Collection<Third> = collection("tasks", {
  fields,
  version: 3,
  upgrades: { 2: toSecond, 3: toThird }
})

/** Brings what one replica has of `tasks/1` to another. */
export async function send(from: Replica, to: Replica): Promise<void> {
  await from.flush()
  const { id } = await from.load("tasks/1")
  const { commits } = await from.host.delta(id, { version: await to.host.version(id) })
  await to.host.receive({ commits: decodeCommits(encodeCommits(commits)), origin: {} })
}

const engines = { yjs, automerge }

/** The engines by name. */
export const engineNames: readonly ["yjs", "automerge"] = ["yjs", "automerge"]

/** Apps of one collection on one engine, each with a store of its own. */
export class TaskApps {
  readonly #engine: keyof typeof engines

  constructor(engine: keyof typeof engines) {
    this.#engine = engine
  }

  /** A replica of the app that declares the collection so. */
  open(declared: Collection<object>, onEvent: (event: ReplicaEvent) => void = () => {}): Promise<Replica> {
    const ports = { logger: silentLogger }
    const engine = engines[this.#engine]()
    return openReplica({ store: memoryStore(), engine, collections: [declared], ports, onEvent })
  }

  /** A replica of a newer app, with a document of the first version; and the replica this is from. */
  async openOld(declared: Collection<Third> = third): Promise<[ours: Replica, old: Replica]> {
    const old = await this.open(first)
    const task = await old.load(first, "1")
    task.change(draft => Object.assign(draft, { name: "Paint", done: true, body: "the shed" }))
    const ours = await this.open(declared)
    await send(old, ours)
    return [ours, old]
  }

  /** Writes as an editor does. */
  typeNatively(native: unknown, key: string): void {
    if (this.#engine === "yjs") (native as Y.Doc).getMap("root").set(key, "typed")
    else (native as AutomergeNative).change(draft => (draft[key] = "typed"))
  }
}
