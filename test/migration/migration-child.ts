// Fills a store, or migrates it to the end, until it is killed; says what it does on standard output: `open`, `apply <documents>` before a
// batch goes to the new sink, `edit <number> <edits>` for each edit that became durable, a phase for each one reached, `over`.
// Arguments: fill or migrate, folder, documents, round, seed.
import { writeSync } from "node:fs"
import { flushCompileCache } from "node:module"
import type { Replica, Sink, SinkSession } from "@syncline/core"
import { SeededRandom } from "@syncline/core/testing"
import { countedId, MigrationPlace } from "./migration-place.ts"

const [what, folder = "", documents = "0", round = "0", seed = "1"] = process.argv.slice(2)
const place = new MigrationPlace(folder, Number(round))
const random = new SeededRandom(Number(seed))

// Written at once, past the buffers of the process, which die with it.
const say = (line: string): void => void writeSync(1, `${line}\n`)

flushCompileCache()
if (what === "fill") await fill()
else await migrate()
say("over")

async function fill(): Promise<void> {
  const replica = await place.openStore()
  for (let n = 0; n < Number(documents); n++) {
    ;(await replica.load(countedId(n))).change(draft => Object.assign(draft, { n, edits: 0 }))
    if (n % 2000 === 0) await replica.flush()
  }
  await replica.close()
}

async function migrate(): Promise<void> {
  const { replica, migration } = await place.open(watched)
  say("open")
  say(migration.status.phase)
  migration.on(({ phase }) => say(phase))
  const ended = new AbortController()
  const editing = edit(replica, ended.signal)
  await migration.reached("cutover")
  await migration.cutover()
  await migration.finish()
  ended.abort()
  await editing
  await replica.close()
}

/** Somebody works with the documents meanwhile. */
async function edit(replica: Replica, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const n = random.integer(Number(documents))
    const document = await replica.load(countedId(n))
    const edits = Number(document.value["edits"]) + 1
    await document.change(draft => Object.assign(draft, { edits })).durable
    say(`edit ${n} ${edits}`)
    await new Promise(resolve => setTimeout(resolve, random.integer(20)))
  }
}

function watched(sink: Sink): Sink {
  return {
    name: sink.name,
    open: async context => {
      const session = await sink.open(context)
      const apply: SinkSession["apply"] = (writes, watermark) => {
        say(`apply ${writes.length}`)
        return session.apply(writes, watermark)
      }
      return new Proxy(session, {
        get(target, property) {
          if (property === "apply") return apply
          const member: unknown = Reflect.get(target, property, target)
          return typeof member === "function" ? (member.bind(target) as unknown) : member
        }
      })
    }
  }
}
