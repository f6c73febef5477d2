import { isDeepStrictEqual } from "node:util"
import type { VerifyReport } from "@syncline/core"
import { planDamage } from "../damages.ts"
import { type Desk, projected } from "../desk.ts"
import { count, counted, duration, tableLines } from "../format.ts"
import { packages } from "../package-document.ts"
import { dump, tamper } from "../plain-sql.ts"
import type { Tour } from "../tour.ts"

/** The tables are damaged behind Syncline's back, verified, repaired, and verified again. */
export async function damageAndRepair(tour: Tour, desk: Desk): Promise<void> {
  tour.step(
    "Damage, verify, repair",
    "Rows of A are changed, deleted, forged and invented behind Syncline's back."
  )
  const { replica } = desk
  await projected(desk)
  const clean = await replica.verify()
  tour.check("before: verify finds nothing", clean.clean && foundBy(clean).size === 0)
  const intact = dump(desk.tables)

  const { live, deleted } = await packageIds(desk)
  const damages = planDamage(tour, live, deleted)
  const rows = tamper(
    desk.tables,
    damages.flatMap(({ statements }) => statements)
  )
  const expected = new Map(damages.flatMap(damage => damage.ids.map(id => [id, damage.class] as const)))
  const shown = damages.map(({ what, ids, class: found }) => [what, count(ids.length), found])
  for (const line of tableLines([["done to the tables", "documents", "to be found as"], ...shown]))
    tour.say(line)

  const report = await replica.verify()
  tour.say(
    `${count(rows)} rows tampered with; ${counted(checkedBy(report), "record")} verified in ${duration(report.durationMs)}`
  )
  tour.check(
    `verify finds exactly these ${count(expected.size)}, each as what it is`,
    isDeepStrictEqual(foundBy(report), expected)
  )

  const repaired = await replica.repair(report)
  tour.check(
    `repair mends ${count(repaired.counts.mended)} of ${count(expected.size)} in ${duration(repaired.durationMs)}, each read back`,
    repaired.complete && repaired.counts.mended === expected.size
  )
  const again = await replica.verify()
  tour.check("after: verify finds nothing", again.clean && foundBy(again).size === 0)
  tour.check(
    "every row of every table is as it was before the damage",
    isDeepStrictEqual(dump(desk.tables), intact)
  )
  tour.figure("damaged records found and mended", `${count(foundBy(report).size)} of ${count(expected.size)}`)
}

function foundBy({ sinks }: VerifyReport): Map<string, string> {
  return new Map(sinks.flatMap(({ findings }) => findings.map(each => [each.id, each.class])))
}

function checkedBy({ sinks }: VerifyReport): number {
  return sinks.flatMap(({ counts }) => Object.values(counts)).reduce((sum, each) => sum + each, 0)
}

async function packageIds({ replica }: Desk): Promise<{ live: string[]; deleted: string }> {
  const live: string[] = []
  let deleted = ""
  for await (const id of replica.list(packages.name)) {
    if ((await replica.load(id)).deleted) deleted = id
    else live.push(id)
  }
  return { live, deleted }
}
