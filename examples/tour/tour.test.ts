import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { expect, onTestFinished, test } from "vitest"

interface Outcome {
  readonly code: number | null
  readonly output: string
  /** What lies in the temporary folder afterwards. */
  readonly left: readonly string[]
}

/** Two writers who type "ab" and "x" without hearing of each other; only one order is what the recording ends with. */
function tinyTrace(endContent: string): string {
  const txns = [
    { agent: 0, parents: [], patches: [[0, 0, "a"]] },
    { agent: 1, parents: [], patches: [[0, 0, "x"]] },
    { agent: 0, parents: [0], patches: [[1, 0, "b"]] }
  ]
  return JSON.stringify({ kind: "concurrent", endContent, numAgents: 2, txns })
}

async function quickTour(endContent: string, ...args: readonly string[]): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "syncline-tour-test-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [temporary, traces] = [join(folder, "tmp"), join(folder, "traces")]
  for (const each of [temporary, traces]) mkdirSync(each)
  writeFileSync(join(traces, "friendsforever.json.gz"), gzipSync(tinyTrace(endContent)))
  const main = join(import.meta.dirname, "main.ts")
  const child = spawn(process.execPath, ["--conditions=@syncline/source", "--no-warnings", main, ...args], {
    env: {
      ...process.env,
      SYNCLINE_TOUR: "quick",
      SYNCLINE_TRACES: traces,
      TMPDIR: temporary,
      TEMP: temporary
    },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => (output += data.toString()))
  const code = await new Promise<number | null>(resolve => child.on("close", resolve))
  return { code, output, left: readdirSync(temporary) }
}

test("the tour holds what it claims, exits 0 and leaves nothing behind", async () => {
  const { code, output, left } = await quickTour("abx", "--seed", "1")
  expect({ code, output: code === 0 ? "" : output }).toEqual({ code: 0, output: "" })
  const [, held, all] = /(\d+) of (\d+) checks held/.exec(output) ?? []
  expect(Number(held)).toBeGreaterThan(25)
  expect([held, output.includes("✗"), left]).toEqual([all, false, []])
})

test("a claim that does not hold makes it exit 1, and say which", async () => {
  const { code, output, left } = await quickTour("xab")
  expect([code, left]).toEqual([1, []])
  expect(output).toContain('✗ FAILED in "Replay": both end with the recorded text')
  expect(output).not.toContain('FAILED in "Import"')
})

test("an argument it does not know ends it before anything is made", async () => {
  const { code, output, left } = await quickTour("abx", "--sed=1")
  expect([code, left]).toEqual([1, []])
  expect(output).toContain("'--sed'")
})
