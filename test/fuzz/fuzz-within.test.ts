import { spawnSync } from "node:child_process"
import { expect, it } from "vitest"
import type { FuzzTarget } from "./fuzz-target.ts"
import { fuzzWithin } from "./fuzz-within.ts"

const inputs = { count: 40, firstSeed: 100 }
const bounds = { maxInputMs: 50, maxGrowthBytes: 1_000 }

/** A target that takes some time and keeps some bytes, as counted by clocks and scales of its own. */
function measured(msOf: (input: number) => number, kept: number) {
  let [nowMs, held, input] = [0, 0, 0]
  const target: FuzzTarget = {
    name: "a target",
    run: () => {
      nowMs += msOf(++input)
      held += kept
      return "accepted"
    }
  }
  return { target, watch: { nowMs: () => nowMs, onInput: () => {}, heldBytes: () => held } }
}

it("[FZ2] a run within its bounds says what it took", async () => {
  const { target, watch } = measured(input => input, 10)
  const report = await fuzzWithin(target, inputs, bounds, watch)
  expect(report).toMatchObject({ accepted: 40, slowestMs: 40, slowestSeed: 139, grownBytes: 200 })
})

it("[FZ2] an input that takes too long fails it, by its seed", async () => {
  const { target, watch } = measured(input => (input === 7 ? 51 : 1), 0)
  await expect(fuzzWithin(target, inputs, bounds, watch)).rejects.toThrow("51 ms for seed 106")
})

it("[FZ2] memory that grows with inputs fails it", async () => {
  const { target, watch } = measured(() => 1, 51)
  await expect(fuzzWithin(target, inputs, bounds, watch)).rejects.toThrow("holds 1020 bytes more")
})

it("[FZ2] an input that never ends is named, and the process ends", () => {
  const watchdog = new URL("watchdog.ts", import.meta.url)
  const script = `import { Watchdog } from "${watchdog.href}"; new Watchdog(50).beat(42); setTimeout(() => { for (;;); }, 0)`
  const { signal, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    timeout: 60_000
  })
  expect([signal, stderr]).toEqual(["SIGKILL", "HANGS: seed 42 has taken more than 50 ms\n"])
})
