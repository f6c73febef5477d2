// Long fuzz runs: node --conditions=@syncline/source test/fuzz/run.ts COUNT [SEED] [name …]
// COUNT inputs for each decoder (or those whose names hold one of the given words), of seeds SEED and up. Ends, and not with 0, at the
// first input that breaks a rule or takes too long, naming its seed (`run.ts 1 <that seed> <name>` runs it alone), and where memory grew.
import { fuzzBounds, fuzzWithin } from "./fuzz-within.ts"
import { fuzzTargets } from "./fuzz-targets.ts"
import { heldBytes } from "./held-bytes.ts"
import { Watchdog } from "./watchdog.ts"

const [count = "10000", seed = "1", ...words] = process.argv.slice(2)
const targets = (await fuzzTargets()).filter(
  ({ name }) => words.length === 0 || words.some(word => name.includes(word))
)
if (targets.length === 0) throw new Error(`no target matches ${words.join(", ")}`)
const inputs = { count: Number(count), firstSeed: Number(seed) }
const watchdog = new Watchdog(fuzzBounds.maxInputMs)
const watch = {
  nowMs: () => performance.now(),
  onInput: (begun: number) => watchdog.beat(begun),
  heldBytes
}
for (const target of targets) {
  console.log(`${target.name} …`)
  const start = performance.now()
  const report = await fuzzWithin(target, inputs, fuzzBounds, watch)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const [grown, memory] = [report.grownBytes, process.memoryUsage().rss].map(bytes =>
    Math.round(bytes / 2 ** 20)
  )
  console.log(
    `${report.name}: ${count} inputs in ${seconds} s, ${report.accepted} accepted, ${report.refused} refused, ` +
      `slowest ${report.slowestMs.toFixed(1)} ms (seed ${report.slowestSeed}), ${grown} MiB more held, process at ${memory} MiB`
  )
}
await watchdog.stop()
