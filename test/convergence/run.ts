// Runs many histories, so many of each setting:
//   node --conditions=@syncline/source test/convergence/run.ts [count] [first seed] [setting…]
import { runHistory } from "./history.ts"
import { type Setting, settings } from "./setting.ts"

const count = Number(process.argv[2] ?? 1_000)
const first = Number(process.argv[3] ?? 1)
const names = process.argv.slice(4)
let failed = 0
for (const name of names.length > 0 ? names : settings.keys()) {
  const setting = settings.get(name)
  if (setting === undefined) throw new RangeError(`settings are ${[...settings.keys()].join(", ")}`)
  failed += await runMany(name, setting)
}
process.exitCode = failed === 0 ? 0 : 1

async function runMany(name: string, setting: Setting): Promise<number> {
  const totals: Record<string, number> = {}
  const add = (key: string, value: number): void => {
    totals[key] = (totals[key] ?? 0) + value
  }
  const started = Date.now()
  let bad = 0
  for (let seed = first; seed < first + count; seed++) {
    try {
      const { faults, conflicts, asked, ...report } = await runHistory(seed, setting)
      for (const [key, value] of Object.entries({ ...report, ...faults, ...conflicts, ...asked }))
        if (key !== "seed") add(key, value)
    } catch (error) {
      bad++
      console.error(error instanceof Error ? (error.stack ?? error.message) : error)
    }
    const done = seed - first + 1
    if (done % 500 === 0 && done < count)
      console.error(`${name}: ${done} of ${count}, ${bad} failed, next seed ${seed + 1}`)
  }
  const seconds = (Date.now() - started) / 1000
  console.log(
    `${name}: ${count} histories from seed ${first}, ${bad} failed, ${seconds.toFixed(1)} s`,
    totals
  )
  return bad
}
