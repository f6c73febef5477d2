// Runs many simulated histories, so many of each scenario, in as many processes as asked for:
//   node --conditions=@syncline/source test/simulation/run.ts [count] [first seed] [scenario…] [--processes=2]
// Scenarios take turns, so that a run which is cut short has seen something of each; it says so far what it saw. Ends with the
// failing histories, the first ones made small, and how to run them again.
import { type ChildProcess, fork } from "node:child_process"
import { cpus } from "node:os"
import { RunTotals } from "./run-totals.ts"
import { scenarios } from "./scenarios.ts"
import type { Answer, Job } from "./worker.ts"

/** Histories a process is asked for at a time. */
const jobHistories = 50

/** Histories between two lines of progress. */
const progressEvery = 1_000

/** A process that says nothing for that long hangs; making a history small takes a minute or two. */
const hangMs = 900_000

const words = process.argv.slice(2)
const plain = words.filter(word => !word.startsWith("--"))
const [count = 1_000, first = 1] = plain.slice(0, 2).map(Number)
const names = plain.length > 2 ? plain.slice(2) : [...scenarios.keys()]
const processes = Number(words.find(word => word.startsWith("--processes="))?.split("=")[1] ?? 1)
const started = performance.now()
const totals = new Map(names.map(name => [name, new RunTotals(name)]))
const children = new Set<ChildProcess>()
const jobs = jobsOf(names)
let printed = 0
let spentMs = 0
let next: Job | undefined

const [cpu] = cpus()
console.log(`${cpu?.model.trim()}, ${cpus().length} cores, Node ${process.version}, ${processes} processes`)
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    for (const child of children) child.kill()
    end(signal)
  })
await Promise.all(Array.from({ length: processes }, async () => work()))
end()

/** Scenarios take turns. */
function* jobsOf(scenarioNames: readonly string[]): Generator<Job, undefined> {
  for (let done = 0; done < count; done += jobHistories)
    for (const scenario of scenarioNames)
      yield { scenario, firstSeed: first + done, histories: Math.min(jobHistories, count - done) }
  return undefined
}

/** One process after the other; the next one takes over where one dies. */
async function work(): Promise<void> {
  for (let job = takeJob(); job !== undefined; job = takeJob()) {
    // Histories leave much garbage and keep nothing: with more room for what is young it is collected a tenth cheaper.
    const child = fork(new URL("worker.ts", import.meta.url), {
      execArgv: [...process.execArgv, "--max-semi-space-size=64"]
    })
    children.add(child)
    for (; job !== undefined; job = takeJob()) {
      const answer = await ask(child, job)
      take(job, answer ?? { reports: [], failures: [`${describe(job)}: the process died or hung`], cpuMs: 0 })
      if (answer === undefined) break
    }
    child.kill("SIGKILL")
    children.delete(child)
  }
}

function takeJob(): Job | undefined {
  next = jobs.next().value
  return next
}

function ask(child: ChildProcess, job: Job): Promise<Answer | undefined> {
  return new Promise(resolve => {
    const timer = setTimeout(() => settle(undefined), hangMs)
    const settle = (answer: Answer | undefined): void => {
      clearTimeout(timer)
      child.removeAllListeners()
      resolve(answer)
    }
    child.on("message", message => settle(message as Answer))
    child.on("exit", () => settle(undefined))
    child.send(job)
  })
}

function take({ scenario }: Job, { reports, failures, cpuMs }: Answer): void {
  spentMs += cpuMs
  const total = totals.get(scenario)
  for (const report of reports) total?.add(report)
  for (const failure of failures) {
    total?.failures.push(failure)
    console.log(`FAILED ${scenario}: ${failure}`)
  }
  const { histories, failed } = soFar()
  if (Math.floor(histories / progressEvery) === printed) return
  printed = Math.floor(histories / progressEvery)
  const seeds = next === undefined ? "all seeds are given out" : `next ${describe(next)}`
  console.log(`${histories} histories, ${failed} failed, ${rate(histories)}, ${seeds}`)
}

function soFar(): { readonly histories: number; readonly failed: number } {
  const all = [...totals.values()]
  const failed = all.reduce((sum, { failures }) => sum + failures.length, 0)
  return { histories: all.reduce((sum, total) => sum + total.histories, failed), failed }
}

function rate(histories: number): string {
  const seconds = (performance.now() - started) / 1_000
  const each = (spentMs / Math.max(1, histories)).toFixed(1)
  return `${Math.round(seconds)} s, ${(histories / seconds).toFixed(1)}/s, ${each} ms of processor time each`
}

function describe({ scenario, firstSeed, histories }: Job): string {
  return `${scenario} from seed ${firstSeed} to ${firstSeed + histories - 1}`
}

function end(cutBy?: string): void {
  for (const total of totals.values()) for (const line of total.lines()) console.log(line)
  const { histories, failed } = soFar()
  const silent = [...totals.values()].some(total => total.silent.length > 0)
  console.log(
    `${cutBy ?? "done"}: ${histories} histories from seed ${first}, ${failed} failed, ${rate(histories)}`
  )
  if (cutBy !== undefined || failed > 0 || silent) process.exitCode = 1
  if (cutBy !== undefined) process.exit()
}
