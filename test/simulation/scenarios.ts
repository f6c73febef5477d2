import { type Collection, collection, counter, list, text } from "@syncline/core"
import { automerge } from "@syncline/core/automerge"
import {
  type Action,
  allFaults,
  defaultActions,
  type FaultKind,
  faultKinds,
  type FaultRates,
  grantFaults,
  type SimulationOptions
} from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"

interface Note {
  readonly body: string
  readonly tags: string[]
  readonly votes: number
}

const notes: Collection<Note> = collection<Note>("notes", {
  fields: { body: text(), tags: list(), votes: counter() }
})

const words = ["ab", "é", "😀", "long words "]

/** Documents with declared fields, each of whose kinds merges in its own way. */
const noteActions: Readonly<Record<string, Action>> = {
  type: async ({ replica, id, random, acknowledge }) => {
    const note = await replica.load(notes, keyOf(id))
    if (note.deleted) return
    acknowledge(note.id, note.text("body").insert(0, random.pick(words)))
  },
  tag: async ({ replica, id, random, acknowledge }) => {
    const note = await replica.load(notes, keyOf(id))
    if (note.deleted) return
    acknowledge(
      note.id,
      note.change(draft => {
        draft.tags.splice(random.integer(draft.tags.length + 1), random.integer(2), random.pick(words))
      })
    )
  },
  vote: async ({ replica, id, random, acknowledge }) => {
    const note = await replica.load(notes, keyOf(id))
    if (note.deleted) return
    acknowledge(note.id, note.counter("votes").increment(1 + random.integer(5)))
  },
  remove: async ({ replica, id, acknowledge }) => {
    const note = await replica.load(notes, keyOf(id))
    acknowledge(note.id, note.deleted ? note.undelete() : note.delete())
  }
}

function keyOf(id: string): string {
  return id.slice(id.indexOf("/") + 1)
}

function only(...kinds: readonly FaultKind[]): FaultRates {
  return Object.fromEntries(kinds.map(kind => [kind, allFaults[kind] ?? 0]))
}

const engine = yjs()

/**
 * All faults but those of grants: these are about ids and commits, which are the same for every engine and content, make a history half as
 * long again, and come about in two scenarios of their own.
 */
const ungranted = only(...faultKinds.filter(kind => !grantFaults.some(other => other === kind)))

/** What is simulated, by name. */
export const scenarios: ReadonlyMap<string, SimulationOptions> = new Map<string, SimulationOptions>([
  ["everything", { engine }],
  [
    "network",
    {
      engine,
      faults: only("drop", "duplicate", "reorder", "delay", "cut", "halfOpen", "partition", "oneWay", "flap")
    }
  ],
  [
    "disks",
    {
      engine,
      faults: only(
        "crashAtRead",
        "tornAppend",
        "crashAfterAppend",
        "readError",
        "appendError",
        "slowDisk",
        "crash",
        "powerLoss",
        "diskFull"
      )
    }
  ],
  [
    "identity",
    {
      engine,
      faults: only(
        "restoreBackup",
        "restoreMachine",
        "copyStore",
        "cloneMachine",
        "wipe",
        "skew",
        "cut",
        "oneWay"
      )
    }
  ],
  ["damage", { engine, faults: only("flip", "truncate", "splice", "replay", "cut") }],
  ["hostile", { engine, faults: only("forge", "replay", "cut") }],
  [
    "grants",
    {
      engine,
      documents: ["a/x/1", "a/x/2", "a/y", "b/1"],
      faults: {
        ...only("regrant", "cut", "crash", "partition", "skew"),
        ...Object.fromEntries(grantFaults.map(kind => [kind, 0.08]))
      }
    }
  ],
  [
    "fields",
    {
      engine,
      collections: [notes],
      documents: ["notes/1", "notes/2"],
      actions: noteActions,
      faults: ungranted
    }
  ],
  ["automerge", { engine: automerge(), actions: defaultActions, faults: ungranted }]
])
