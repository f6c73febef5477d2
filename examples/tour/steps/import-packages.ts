import { isDeepStrictEqual } from "node:util"
import { type Desk, openDesk, projected } from "../desk.ts"
import { findPackages, nodeModulesFolders } from "../find-packages.ts"
import { bytes, count, counted, duration } from "../format.ts"
import { type Imported, readPackage } from "../package-document.ts"
import { query } from "../plain-sql.ts"
import type { Tour } from "../tour.ts"

/** Documents imported in one tick: one store transaction each, as a program that imports would do it. */
const perTick = 50

/** Makes documents of the packages on this machine, in a new replica. */
export async function importPackages(tour: Tour, workspace: string): Promise<Desk> {
  tour.step("Import", "Manifests, READMEs and other texts of the packages on this machine become documents.")
  const folders = nodeModulesFolders(workspace).flatMap(folder => [...findPackages(folder)])
  const found = new Map(folders.flatMap(readPackage).map(each => [each.id, each]))
  // The first folder is the workspace's; its packages are enough to test the tour with.
  const documents = [...found.values()].slice(0, tour.quick ? 100 : Infinity)
  tour.say(
    `${counted(folders.length, "package folder")} found, ${counted(documents.length, "document")} to import`
  )

  const desk = await openDesk(tour, "a")
  const started = performance.now()
  await importAll(tour, desk, documents)
  const durableMs = performance.now() - started
  await projected(desk)
  const projectedMs = performance.now() - started

  const rate = (1_000 * documents.length) / durableMs
  const size = documents.reduce((sum, { value }) => sum + Buffer.byteLength(JSON.stringify(value)), 0)
  tour.say(
    `${bytes(size)} of JSON durable after ${duration(durableMs)} (${count(rate)} documents/s), in SQL after ${duration(projectedMs)}`
  )
  tour.check("every document reads back as the files it came from", await allEqual(desk, documents))
  tour.check("every document has a row in the SQLite tables", rowsOf(desk) === documents.length)
  tour.figure("documents imported", `${count(documents.length)} at ${count(rate)}/s, durable`)
  return desk
}

async function importAll(tour: Tour, { replica }: Desk, documents: readonly Imported[]): Promise<void> {
  const progress = tour.screen.progress("importing", documents.length)
  for (let at = 0; at < documents.length; at += perTick) {
    const some = documents.slice(at, at + perTick)
    const loaded = await Promise.all(
      some.map(async each => ({ ...each, document: await replica.load(each.id) }))
    )
    const commits = loaded.map(({ document, value }) =>
      document.change(draft => void Object.assign(draft, value))
    )
    await Promise.all(commits.map(commit => commit.durable))
    progress.at(at + some.length)
  }
  progress.end()
}

async function allEqual({ replica }: Desk, documents: readonly Imported[]): Promise<boolean> {
  for (const { id, value } of documents) {
    if (!isDeepStrictEqual((await replica.load(id)).value, value)) return false
  }
  return documents.length > 0
}

function rowsOf({ tables }: Desk): number {
  const sql = "SELECT (SELECT COUNT(*) FROM packages) + (SELECT COUNT(*) FROM texts) AS n"
  return query<{ n: number }>(tables, sql)[0]?.n ?? 0
}
