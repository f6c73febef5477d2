import { isSynclineError } from "@syncline/clock"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { type Collection, collection } from "../document/collection.ts"
import { list } from "../document/shape.ts"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { memoryStore } from "../store/memory-store.ts"
import { runsOf } from "../testing/core-runs.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import type { Document } from "./document.ts"
import { openReplica } from "./open-replica.ts"
import type { Replica } from "./replica.ts"

type Task = Record<string, unknown> & { log: unknown[] }

const upgrades = {
  2: (draft: Record<string, unknown>) => {
    if ("name" in draft) draft["title"] = draft["name"]
    delete draft["name"]
  },
  3: (draft: Record<string, unknown>) => {
    if ("title" in draft) draft["heading"] = { text: draft["title"] }
    delete draft["title"]
  }
}

/** What each app writes into a document of its version. */
const keyByVersion: Readonly<Record<number, string>> = { 1: "name", 2: "title", 3: "other" }

function tasksOf(version: number): Collection<Task> {
  const known = Object.entries(upgrades).filter(([to]) => Number(to) <= version)
  return collection<Task>("tasks", {
    fields: { log: list() },
    version,
    upgrades: Object.fromEntries(known)
  })
}

interface App {
  readonly version: number
  readonly replica: Replica
  readonly task: Document<Task>
}

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("apps of several versions on %s", (_, engine) => {
  async function openApp(version: number): Promise<App> {
    const tasks = tasksOf(version)
    const ports = { logger: silentLogger }
    const replica = await openReplica({ store: memoryStore(), engine: engine(), collections: [tasks], ports })
    return { version, replica, task: await replica.load(tasks, "1") }
  }

  async function send(from: App, to: App): Promise<void> {
    await from.replica.flush()
    const { id } = from.task
    const { commits } = await from.replica.host.delta(id, { version: await to.replica.host.version(id) })
    await to.replica.host.receive({ commits: decodeCommits(encodeCommits(commits)), origin: {} })
  }

  async function sendAll(apps: readonly App[]): Promise<void> {
    for (const from of [...apps, ...apps]) for (const to of apps) if (from !== to) await send(from, to)
  }

  /** Writes as an app of that version would; says whether that was let. */
  function write({ version, task }: App, random: SeededRandom): boolean {
    try {
      task.change(draft => {
        draft[keyByVersion[version] ?? ""] = random.integer(5)
        draft.log.push(version)
      })
      return true
    } catch (error) {
      if (isSynclineError(error, "schema-newer")) return false
      throw error
    }
  }

  test("[SV28] whoever upgrades and writes when: all end equal, and at the highest version once its app has written", async () => {
    let upgraded = 0
    await fc.assert(
      fc.asyncProperty(fc.integer(), async seed => {
        const random = new SeededRandom(seed)
        const apps = [await openApp(1), await openApp(2), await openApp(3), await openApp(3)]
        const [first, , third] = apps
        if (first === undefined || third === undefined) return
        if (random.chance(0.8)) write(first, random)
        for (let step = 0; step < 10; step++) {
          const app = random.pick(apps)
          if (random.chance(0.6)) await send(app, random.pick(apps.filter(other => other !== app)))
          else write(app, random)
        }
        await sendAll(apps)
        expect(write(third, random)).toBe(true)
        await sendAll(apps)
        const raws = await Promise.all(apps.map(async ({ task }) => (await task.at(task.version)).value))
        expect(raws).toEqual(raws.map(() => third.task.value))
        expect(third.task.value["schemaVersion"]).toBe(3)
        expect(apps.map(({ task }) => task.value)).toEqual(raws)
        expect(write(first, random)).toBe(false)
        const { entries } = await third.task.history()
        upgraded += entries.filter(entry => entry.upgraded !== undefined).length
        await Promise.all(apps.map(({ replica }) => replica.close()))
      }),
      // Four replicas each: a hundred would take ten seconds.
      runsOf(30, engine())
    )
    expect(upgraded).toBeGreaterThan(0)
  })
})
