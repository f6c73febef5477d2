import { type ChildProcess, fork } from "node:child_process"
import { cpus } from "node:os"
import type { Answer, Job } from "./serve-jobs.ts"
import type { RunTotals } from "./run-totals.ts"

/** What a run is of. */
export interface ScheduleRun<Report> {
  /** The program of a process that plays histories. */
  readonly worker: URL
  /** Those there are; all are run unless some are named on the command line. */
  readonly scenarios: Iterable<string>
  readonly totalsOf: (scenario: string) => RunTotals<Report>
}

/** Histories a process is asked for at a time. */
const jobHistories = 50

/** Histories between two lines of progress. */
const progressEvery = 1_000

/** A process that says nothing for that long hangs; making a history small takes a minute or two. */
const hangMs = 900_000

/**
 * Runs so many histories of each scenario, as the command line says: `[count] [first seed] [scenario…] [--processes=2]`. Scenarios take turns, so that a
 * run which is cut short has seen something of each; it says so far what it saw. Ends with the failing histories, the first ones made
 * small, and how to run them again.
 */
export async function runSchedules<Report>(run: ScheduleRun<Report>): Promise<void> {
  const [cpu] = cpus()
  const runner = new ScheduleRunner(run)
  console.log(
    `${cpu?.model.trim()}, ${cpus().length} cores, Node ${process.version}, ${runner.processes} processes`
  )
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => runner.cut(signal))
  await runner.run()
}

/** Words of the command line that are no options. */
function plainWords(): readonly string[] {
  return process.argv.slice(2).filter(word => !word.startsWith("--"))
}

class ScheduleRunner<Report> {
  readonly processes: number = Number(
    process.argv.find(word => word.startsWith("--processes="))?.split("=")[1] ?? 1
  )
  readonly #worker: URL
  readonly #count: number
  readonly #first: number
  readonly #started = performance.now()
  readonly #totals: ReadonlyMap<string, RunTotals<Report>>
  readonly #children = new Set<ChildProcess>()
  readonly #jobs: Iterator<Job, undefined>
  #printed = 0
  #spentMs = 0
  #next: Job | undefined

  constructor({ worker, scenarios, totalsOf }: ScheduleRun<Report>) {
    const [count = 1_000, first = 1] = plainWords().slice(0, 2).map(Number)
    const names = plainWords().length > 2 ? plainWords().slice(2) : [...scenarios]
    this.#worker = worker
    this.#count = count
    this.#first = first
    this.#totals = new Map(names.map(name => [name, totalsOf(name)]))
    this.#jobs = this.#jobsOf(names)
  }

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.processes }, () => this.#work()))
    this.#end()
  }

  /** Ends it before its time. */
  cut(signal: string): void {
    for (const child of this.#children) child.kill()
    this.#end(signal)
  }

  /** Scenarios take turns. */
  *#jobsOf(scenarioNames: readonly string[]): Generator<Job, undefined> {
    for (let done = 0; done < this.#count; done += jobHistories)
      for (const scenario of scenarioNames)
        yield {
          scenario,
          firstSeed: this.#first + done,
          histories: Math.min(jobHistories, this.#count - done)
        }
    return undefined
  }

  /** One process after the other; the next one takes over where one dies. */
  async #work(): Promise<void> {
    for (let job = this.#takeJob(); job !== undefined; job = this.#takeJob()) {
      // Histories leave much garbage and keep nothing: with more room for what is young it is collected a tenth cheaper.
      const child = fork(this.#worker, {
        execArgv: [...process.execArgv, "--max-semi-space-size=64"]
      })
      this.#children.add(child)
      for (; job !== undefined; job = this.#takeJob()) {
        const answer = await this.#ask(child, job)
        this.#take(
          job,
          answer ?? { reports: [], failures: [`${describe(job)}: the process died or hung`], cpuMs: 0 }
        )
        if (answer === undefined) break
      }
      child.kill("SIGKILL")
      this.#children.delete(child)
    }
  }

  #takeJob(): Job | undefined {
    this.#next = this.#jobs.next().value
    return this.#next
  }

  #ask(child: ChildProcess, job: Job): Promise<Answer | undefined> {
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

  #take({ scenario }: Job, { reports, failures, cpuMs }: Answer): void {
    this.#spentMs += cpuMs
    const total = this.#totals.get(scenario)
    for (const report of reports) total?.add(report as Report)
    for (const failure of failures) {
      total?.failures.push(failure)
      console.log(`FAILED ${scenario}: ${failure}`)
    }
    const { histories, failed } = this.#soFar()
    if (Math.floor(histories / progressEvery) === this.#printed) return
    this.#printed = Math.floor(histories / progressEvery)
    const seeds = this.#next === undefined ? "all seeds are given out" : `next ${describe(this.#next)}`
    console.log(`${histories} histories, ${failed} failed, ${this.#rate(histories)}, ${seeds}`)
  }

  #soFar(): { readonly histories: number; readonly failed: number } {
    const all = [...this.#totals.values()]
    const failed = all.reduce((sum, { failures }) => sum + failures.length, 0)
    return { histories: all.reduce((sum, total) => sum + total.histories, failed), failed }
  }

  #rate(histories: number): string {
    const seconds = (performance.now() - this.#started) / 1_000
    const each = (this.#spentMs / Math.max(1, histories)).toFixed(1)
    return `${Math.round(seconds)} s, ${(histories / seconds).toFixed(1)}/s, ${each} ms of processor time each`
  }

  #end(cutBy?: string): void {
    for (const total of this.#totals.values()) for (const line of total.lines()) console.log(line)
    const { histories, failed } = this.#soFar()
    const silent = [...this.#totals.values()].some(total => total.silent.length > 0)
    console.log(
      `${cutBy ?? "done"}: ${histories} histories from seed ${this.#first}, ${failed} failed, ${this.#rate(histories)}`
    )
    if (cutBy !== undefined || failed > 0 || silent) process.exitCode = 1
    if (cutBy !== undefined) process.exit()
  }
}

function describe({ scenario, firstSeed, histories }: Job): string {
  return `${scenario} from seed ${firstSeed} to ${firstSeed + histories - 1}`
}
