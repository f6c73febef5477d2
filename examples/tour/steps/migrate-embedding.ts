import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { SearchHit } from "@syncline/core"
import {
  type EmbeddingMigration,
  type EmbeddingPlace,
  openEmbeddingMigration
} from "../embedding-migration.ts"
import { count, counted, duration } from "../format.ts"
import { packages } from "../package-document.ts"
import { query } from "../plain-sql.ts"
import type { Tour } from "../tour.ts"

const question = "run tests in a browser"

/** The READMEs get vectors of another embedding beside the former ones; the process that makes them is killed, and the next one goes on. */
export async function migrateEmbedding(tour: Tour): Promise<void> {
  tour.step(
    "Migrate",
    "B's vectors are replaced by those of another embedding, while the former ones serve. The process that does it is killed on the way."
  )
  const place = {
    store: tour.path("b.db"),
    stateDirectory: tour.stateDirectory,
    former: tour.path("search.db"),
    next: tour.path("search-next.db")
  }
  // Enough that what is kept outweighs texts which two documents have, of which some are embedded twice; in quick mode there are five or so in all.
  const calls = (tour.quick ? 3 : 8) + tour.random.integer(2)
  const heard = await killMigrator(place, calls)
  tour.check(`killed while it embedded, after ${counted(heard, "call")} of its embedder`, heard >= calls)

  const started = performance.now()
  const opened = await openEmbeddingMigration(place)
  tour.check("the next process finds the migration unfinished", opened.migration.status.phase !== "cutover")
  const { progress } = await opened.migration.reached("cutover")
  const chunks =
    query<{ n: number }>(place.next, "SELECT count(DISTINCT text) AS n FROM readme_chunks")[0]?.n ?? 0
  const { texts } = opened.next.definition.counts
  tour.say(
    `${counted(progress.total, "document")}, ${counted(chunks, "chunk")}, ${count(texts)} embedded after the kill, in ${duration(performance.now() - started)}`
  )
  tour.check("it goes on where the other one was: not every chunk is embedded again", texts < chunks)
  await cutOver(tour, opened)
  tour.figure("chunks embedded again after a kill", `${count(texts)} of ${count(chunks)}`)
}

async function cutOver(tour: Tour, { replica, migration }: EmbeddingMigration): Promise<void> {
  const search = (): Promise<readonly SearchHit[]> =>
    replica.search(question, { collection: packages, limit: 3 })
  const inSink = (name: string): Promise<readonly SearchHit[]> =>
    replica.sink(name).search(question, { limit: 3 })
  const [before, former, next] = [await search(), await inSink("search"), await inSink("search-next")]
  tour.check(
    "until it is asked to serve, searches go to the former vectors",
    isSame(before, former) && !isSame(before, next)
  )
  await migration.cutover()
  tour.check("verified and asked to serve, the new ones are searched", isSame(await search(), next))
  const [first] = before
  if (first !== undefined) {
    const document = await replica.load(first.document)
    await document.change(draft => Object.assign(draft, { description: "It ran all tests, twice." }))
      .projected
    await replica.sink("search").drain()
  }
  const { clean, sinks } = await replica.verify()
  tour.check("an edit goes to both, and both verify", clean && sinks.length === 2)
  await migration.rollback()
  tour.check("rolled back, the former ones serve", isSame(await search(), await inSink("search")))
  await replica.close()
}

function isSame(a: readonly SearchHit[], b: readonly SearchHit[]): boolean {
  return told(a) === told(b)
}

function told(hits: readonly SearchHit[]): string {
  return JSON.stringify(hits.map(({ document, score }) => [document, score.toFixed(6)]))
}

/** Runs the migrator and kills it with SIGKILL at that call of its embedder; gives how many were heard of. */
async function killMigrator(place: EmbeddingPlace, calls: number): Promise<number> {
  const script = fileURLToPath(new URL("../embedding-migrator.ts", import.meta.url))
  const args = ["--conditions=@syncline/source", "--no-warnings", script, JSON.stringify(place)]
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] })
  const orphanGuard = (): void => void child.kill("SIGKILL")
  process.once("exit", orphanGuard)
  let [heard, errors] = [0, ""]
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()))
  child.stdout.on("data", (data: Buffer) => {
    heard += data.toString().split("\n").length - 1
    if (heard >= calls) child.kill("SIGKILL")
  })
  const signal = await new Promise<string | null>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (_, by) => resolve(by))
  })
  process.off("exit", orphanGuard)
  if (signal !== "SIGKILL") throw new Error(`the migrator ended by itself:\n${errors}`)
  return heard
}
