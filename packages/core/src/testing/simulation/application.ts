import type { DocumentId } from "../../document/document-id.ts"
import type { JsonObject } from "../../document/json.ts"
import type { CommitHandle } from "../../replica/commit-handle.ts"
import type { Document } from "../../replica/document.ts"
import type { Replica } from "../../replica/replica.ts"
import type { SeededRandom } from "../seeded-random.ts"

/** What an action of an application gets. */
export interface ActionContext {
  readonly replica: Replica
  /** Ids of the documents of the simulation. */
  readonly documents: readonly string[]
  /** One of them: another action or the same one meets it elsewhere. */
  readonly id: string
  /** Takes note of a commit: once its handle says that it is durable, it must never be lost. */
  readonly acknowledge: (document: DocumentId, commit: CommitHandle) => void
  /** The only source of chance; anything else would make a run depend on more than its seed. */
  readonly random: SeededRandom
}

/**
 * Something an application does on one replica. Errors that a full disk or a closed replica explains are taken for that;
 * everything else it throws ends the history.
 */
export type Action = (context: ActionContext) => void | Promise<void>

/** Changes an undeclared document in ways that meet: nested values, lists, keys that go, deletion and return. */
export const defaultActions: Readonly<Record<string, Action>> = {
  set: context =>
    change(context, (draft, random) => {
      draft[random.pick(keys)] = random.integer(1_000)
    }),
  remove: context =>
    change(context, (draft, random) => {
      delete draft[random.pick(keys)]
    }),
  nest: context =>
    change(context, (draft, random) => {
      const key = random.pick(keys)
      const inner = draft[key]
      if (isRecord(inner)) inner[random.pick(keys)] = random.integer(1_000)
      else draft[key] = { [random.pick(keys)]: random.integer(1_000) }
    }),
  push: context =>
    change(context, (draft, random) => {
      const { list } = draft
      if (Array.isArray(list))
        list.splice(random.integer(list.length + 1), random.integer(2), random.integer(1_000))
      else draft["list"] = [random.integer(1_000)]
    }),
  burst: async context => {
    for (let left = 2 + context.random.integer(2); left > 0; left--)
      await change(context, draft => {
        draft["count"] = left + context.random.integer(1_000)
      })
  },
  large: context =>
    change(context, (draft, random) => {
      draft[random.pick(keys)] = String.fromCharCode(97 + random.integer(26)).repeat(
        500 + random.integer(9_000)
      )
    }),
  delete: async ({ replica, id, acknowledge }) => {
    const document = await replica.load(id)
    if (document.exists && !document.deleted) acknowledge(document.id, document.delete())
  }
}

const keys = ["x", "y", "z"]

async function change(
  { replica, id, random, acknowledge }: ActionContext,
  edit: (draft: Record<string, unknown>, random: SeededRandom) => void
): Promise<void> {
  const document: Document<JsonObject> = await replica.load(id)
  if (document.deleted) document.undelete()
  acknowledge(
    document.id,
    document.change(draft => edit(draft, random))
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
