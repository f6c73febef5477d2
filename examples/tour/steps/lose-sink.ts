import Database from "better-sqlite3"
import type { Projector, Replica, ReplicaEvent } from "@syncline/core"
import { type Desk, projected } from "../desk.ts"
import { count, counted, duration } from "../format.ts"
import { packages } from "../package-document.ts"
import type { Tour } from "../tour.ts"

/** Commits to each document while the sink is away. */
const commitsEach = 10

/** Another program locks A's tables; commits go on, and the sink catches up with what came of them. */
export async function loseSink(tour: Tour, desk: Desk): Promise<void> {
  tour.step("Lose a sink", "Another program locks A's tables. Commits go on; then the tables catch up.")
  const { replica } = desk
  await projected(desk)
  const sink = replica.sink("tables")
  const chosen = await packageIds(tour, replica)
  const written = new WrittenDocuments(replica)

  const lock = new Database(desk.tables, { fileMustExist: true })
  lock.exec("BEGIN IMMEDIATE")
  const started = performance.now()
  const isOpen = breakerOpens(replica)
  for (let round = 1; round <= commitsEach; round++) await commitRound(replica, chosen, round)
  tour.say(
    `${counted(chosen.length * commitsEach, "commit")} to ${counted(chosen.length, "document")} durable in ${duration(performance.now() - started)}, with the tables locked`
  )
  await isOpen
  tour.check(`the sink is left alone after ${counted(sink.status.attempts, "failure")}`, isLeftAlone(sink))
  tour.check("nothing was written to the tables", written.count === 0)

  lock.exec("ROLLBACK")
  lock.close()
  const unlocked = performance.now()
  await sink.drain()
  tour.say(`unlocked, caught up after ${duration(performance.now() - unlocked)}`)
  tour.check(
    `each document was written once, whatever was committed to it: ${count(written.count)}`,
    written.count === chosen.length
  )
  const { clean } = await replica.verify()
  tour.check("verify finds nothing", clean)
  tour.figure(
    "rows written after a sink was away",
    `${count(written.count)} for ${count(chosen.length * commitsEach)} commits`
  )
  written.end()
}

function isLeftAlone({ status }: Projector): boolean {
  return status.breaker !== "closed" && status.lastError !== undefined && status.parkedCount === 0
}

async function packageIds(tour: Tour, replica: Replica): Promise<readonly string[]> {
  const live: string[] = []
  for await (const id of replica.list(packages.name)) if (!(await replica.load(id)).deleted) live.push(id)
  return tour.choose(live, 20)
}

async function commitRound(replica: Replica, ids: readonly string[], round: number): Promise<void> {
  for (const id of ids) {
    const document = await replica.load(id)
    await document.change(draft => Object.assign(draft, { description: `Edited ${round} times.` })).durable
  }
}

/** Fulfilled when the sink's breaker has opened. */
function breakerOpens(replica: Replica): Promise<void> {
  return new Promise(resolve => {
    const off = replica.on(event => {
      if (event.type !== "breaker" || event.state !== "open") return
      off()
      resolve()
    })
  })
}

/** Counts what goes into sinks. */
class WrittenDocuments {
  readonly end: () => void
  count = 0

  constructor(replica: Replica) {
    this.end = replica.on((event: ReplicaEvent) => {
      if (event.type === "synced") this.count += event.documents
    })
  }
}
