// Verifies sinks that nobody damages while somebody writes: node --conditions=@syncline/source test/clean-runs/run.ts [runs] [first seed] [sink …]
// So many runs of each sink, or of those named. Ends at the first that finds anything, naming sink and seed.
import { runCleanRun, SinkWorkbench } from "@syncline/core/testing"
import { sinks } from "./sinks.ts"

const [runs = "200", first = "1", ...names] = process.argv.slice(2)
const wanted = names.length === 0 ? Object.keys(sinks) : names
for (const name of wanted) {
  const make = sinks[name]
  if (make === undefined)
    throw new RangeError(`there is no sink ${name}; there are ${Object.keys(sinks).join(", ")}`)
  const start = performance.now()
  let [verifications, writes, consistent] = [0, 0, 0]
  for (let seed = Number(first); seed < Number(first) + Number(runs); seed++) {
    const place = await make()
    try {
      const run = await runCleanRun(new SinkWorkbench(place), seed)
      verifications += run.verifications
      writes += run.writes
      consistent += run.consistent
    } catch (cause) {
      throw new Error(`the run of ${name} with seed ${seed} goes wrong`, { cause })
    } finally {
      await place.remove?.()
    }
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(
    `${name}: ${runs} runs from seed ${first} in ${seconds} s, nothing found in ${verifications} verifications of ${consistent} documents beside ${writes} writes`
  )
}
