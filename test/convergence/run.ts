// Runs many histories: node --conditions=@syncline/source test/convergence/run.ts [count] [first seed]
import { runHistory } from "./history.ts"

const count = Number(process.argv[2] ?? 1_000)
const first = Number(process.argv[3] ?? 1)
const totals: Record<string, number> = {}
const add = (key: string, value: number): void => {
  totals[key] = (totals[key] ?? 0) + value
}
const started = Date.now()
let failed = 0
for (let seed = first; seed < first + count; seed++) {
  try {
    const { faults, ...report } = await runHistory(seed)
    for (const [key, value] of Object.entries({ ...report, ...faults })) if (key !== "seed") add(key, value)
  } catch (error) {
    failed++
    console.error(error instanceof Error ? (error.stack ?? error.message) : error)
  }
}
const seconds = (Date.now() - started) / 1000
console.log(`${count} histories from seed ${first}, ${failed} failed, ${seconds.toFixed(1)} s`, totals)
process.exitCode = failed === 0 ? 0 : 1
