import { expect, test } from "vitest"
import { settings } from "../convergence/setting.ts"
import { type LifeReport, live } from "./life.ts"

/** `SYNCLINE_SEED` runs one life alone. */
const alone = process.env["SYNCLINE_SEED"]
const count = alone === undefined ? 6 : 1
const first = Number(alone ?? 1)

test.each([...settings])(
  `[HI1] [HI5] [AU1] %s: documents remember what they were and who made them so, and get back to it, ${count} lives from seed ${first}`,
  async (_, setting) => {
    const reports: LifeReport[] = []
    for (let seed = first; seed < first + count; seed++) reports.push(await live(setting, seed))
    if (alone !== undefined) return
    const total = (of: keyof LifeReport) => reports.reduce((sum, report) => sum + report[of], 0)
    expect(total("recalled")).toBeGreaterThan(total("seen") / 2)
    expect(total("folded")).toBeGreaterThan(0)
    expect(total("audited")).toBeGreaterThan(count * 2)
    expect(total("reverted")).toBeGreaterThan(count)
  }
)
