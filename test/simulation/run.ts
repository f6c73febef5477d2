// Runs many simulated histories, so many of each scenario, in as many processes as asked for:
//   node --conditions=@syncline/source test/simulation/run.ts [count] [first seed] [scenario…] [--processes=2]
// Ends with the first failing history of each process, made small, and how to run it again.
import { fork } from "node:child_process"
import { cpus } from "node:os"
import {
  allFaults,
  type FaultKind,
  faultKinds,
  simulate,
  type SimulationReport,
  unfiredFaults
} from "@syncline/core/testing"
import { scenarios } from "./scenarios.ts"

/** What a worker tells. */
type Answer = { readonly report: SimulationReport } | { readonly failed: string }

const asked = process.argv.slice(2)
if (process.send === undefined) await lead(asked)
else await work(asked)

async function lead(words: readonly string[]): Promise<void> {
  const plain = words.filter(word => !word.startsWith("--"))
  const [count = 1_000, first = 1] = plain.slice(0, 2).map(Number)
  const names = plain.length > 2 ? plain.slice(2) : [...scenarios.keys()]
  const processes = Number(words.find(word => word.startsWith("--processes="))?.split("=")[1] ?? 1)
  const [cpu] = cpus()
  console.log(`${cpu?.model.trim()}, ${cpus().length} cores, Node ${process.version}, ${processes} processes`)
  for (const name of names) if (!(await runScenario(name, count, first, processes))) process.exitCode = 1
}

async function runScenario(name: string, count: number, first: number, processes: number): Promise<boolean> {
  const scenario = scenarios.get(name)
  if (scenario === undefined) throw new RangeError(`scenarios are ${[...scenarios.keys()].join(", ")}`)
  const started = performance.now()
  const shares = sharesOf(count, processes)
  const answers = await Promise.all(
    shares.map((share, at) => inProcess(name, share, first + shares.slice(0, at).reduce((a, b) => a + b, 0)))
  )
  const seconds = (performance.now() - started) / 1_000
  const total = sum(answers.flatMap(answer => ("report" in answer ? [answer.report] : [])))
  console.log(
    `${name}: ${total.histories} histories from seed ${first} without a violation in ${seconds.toFixed(1)} s, ` +
      `${(total.histories / seconds).toFixed(1)}/s; ${total.commits} commits, ${total.messages} messages`
  )
  console.log(`  faults ${nonZero(total.fired)}\n  events ${nonZero(total.events)}`)
  const failures = answers.flatMap(answer => ("failed" in answer ? [answer.failed] : []))
  for (const failure of failures) console.log(`  FAILED ${failure}`)
  const silent = unfiredFaults(scenario.faults ?? allFaults, total.fired)
  if (silent.length > 0) console.log(`  SILENT ${silent.join(", ")}: run more histories`)
  return failures.length === 0 && silent.length === 0
}

function sharesOf(count: number, processes: number): readonly number[] {
  const share = Math.ceil(count / processes)
  return Array.from({ length: processes }, (_, at) => Math.min(share, count - at * share)).filter(
    one => one > 0
  )
}

function inProcess(name: string, count: number, first: number): Promise<Answer> {
  return new Promise(resolve => {
    const child = fork(import.meta.filename, [name, String(count), String(first)])
    let answer: Answer = { failed: `the process of seeds ${first} and up ended without an answer` }
    child.on("message", message => {
      answer = message as Answer
    })
    child.on("exit", () => resolve(answer))
  })
}

async function work([name = "", count, first]: readonly string[]): Promise<void> {
  const scenario = scenarios.get(name)
  if (scenario === undefined) return
  process.send?.(await answerOf(scenario, Number(count), Number(first)))
  process.disconnect()
}

async function answerOf(
  scenario: Parameters<typeof simulate>[0],
  histories: number,
  firstSeed: number
): Promise<Answer> {
  try {
    return { report: await simulate({ ...scenario, histories, firstSeed, requireAllFaults: false }) }
  } catch (error) {
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

interface Sum {
  histories: number
  commits: number
  messages: number
  readonly fired: SimulationReport["fired"]
  readonly events: Record<string, number>
}

function sum(reports: readonly SimulationReport[]): Sum {
  const fired = Object.fromEntries(faultKinds.map(kind => [kind, 0])) as Record<FaultKind, number>
  const total: Sum = { histories: 0, commits: 0, messages: 0, fired, events: {} }
  for (const report of reports) {
    total.histories += report.histories
    total.commits += report.commits
    total.messages += report.messages
    add(fired, report.fired)
    add(total.events, report.events)
  }
  return total
}

function add(total: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count
}

function nonZero(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ")
}
