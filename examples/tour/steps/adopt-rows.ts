import { planRepair, startRepair } from "@syncline/core/repair"
import { compareDesks } from "../convergence.ts"
import { type Desk, projected } from "../desk.ts"
import { count, counted } from "../format.ts"
import { packages } from "../package-document.ts"
import { query, tamper } from "../plain-sql.ts"
import type { Tour } from "../tour.ts"
import { patienceMs, type Team } from "./join-replica.ts"

const license = "LicenseRef-corrected-in-sql"

/** Somebody corrects rows of A in SQL; the documents take it over as a commit, and B has it too. */
export async function adoptRows(tour: Tour, { a, b, link }: Team): Promise<void> {
  tour.step(
    "Adopt",
    "Somebody corrects rows of A in SQL. The documents take it over, as a commit; so does B."
  )
  const { replica } = a
  await projected(a)
  const ids = tour.choose(await livePackages(a), 3)
  const rows = tamper(
    a.tables,
    ids.map(id => ["UPDATE packages SET license = ? WHERE id = ?", license, id])
  )
  tour.say(`${counted(rows, "row")} corrected`)

  const plan = planRepair(await replica.verify(), { sourceOfTruth: "sink:tables" })
  const { counts } = await startRepair(replica, plan, { meta: { author: "ada" } }).done
  tour.check(`${count(ids.length)} edits are adopted`, counts.adopted === ids.length && rows === ids.length)
  tour.check("each is one commit, and says where it is from", await areAdopted(a, ids))
  await link.synced(AbortSignal.timeout(patienceMs))
  await projected(b)
  const [{ different, roots }, verified] = [await compareDesks(a, b), await b.replica.verify()]
  tour.check("B has them too, and its rows", roots && different.length === 0 && rowsOf(b) === ids.length)
  tour.check("verify finds nothing at A and at B", (await replica.verify()).clean && verified.clean)
}

async function livePackages({ replica }: Desk): Promise<readonly string[]> {
  const live: string[] = []
  for await (const id of replica.list(packages.name)) if (!(await replica.load(id)).deleted) live.push(id)
  return live
}

async function areAdopted({ replica }: Desk, ids: readonly string[]): Promise<boolean> {
  for (const id of ids) {
    const document = await replica.load(id)
    const [newest] = (await document.history({ limit: 1 })).entries
    if (document.value["license"] !== license || newest?.adopted?.sink !== "tables") return false
  }
  return true
}

function rowsOf({ tables }: Desk): number {
  return (
    query<{ n: number }>(tables, "SELECT count(*) AS n FROM packages WHERE license = ?", license)[0]?.n ?? 0
  )
}
