// Long fuzz runs: node --conditions=@syncline/source test/fuzz/run.ts COUNT [SEED] [name …]
// COUNT inputs for each decoder (or those whose names hold one of the given words), of seeds SEED and up. Ends at the
// first input that breaks a rule, naming its seed; `run.ts 1 <that seed> <name>` runs it alone.
import { fuzz } from "./fuzz.ts"
import { fuzzTargets } from "./fuzz-targets.ts"

const [count = "10000", seed = "1", ...words] = process.argv.slice(2)
const targets = (await fuzzTargets()).filter(
  ({ name }) => words.length === 0 || words.some(word => name.includes(word))
)
if (targets.length === 0) throw new Error(`no target matches ${words.join(", ")}`)
for (const target of targets) {
  const start = performance.now()
  const report = await fuzz(target, Number(count), Number(seed))
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20)
  console.log(
    `${report.name}: ${count} inputs in ${seconds} s, ${report.accepted} accepted, ${report.refused} refused, ` +
      `slowest ${report.slowestMs.toFixed(1)} ms (seed ${report.slowestSeed}), process at ${memory} MiB`
  )
}
