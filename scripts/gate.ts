// The whole gate: every step runs, whatever failed before it, and a table at the end says what did.
//   npm run gate                     everything
//   npm run gate -- lint types       these steps only
//   npm run gate -- --skip tests     everything but these (a comma-separated list)
//   npm run gate -- --write          bring checked-in reports (docs/api, size) up to date
//   npm run gate -- --list           what there is
import { dirname } from "node:path"
import { parseArgs } from "node:util"
import type { GateContext, GateStep, StepResult } from "./gate/gate-step.ts"
import { steps } from "./gate/steps.ts"

interface Verdict extends StepResult {
  readonly step: GateStep
  readonly seconds: number
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: "boolean", default: false },
    skip: { type: "string", default: "" },
    write: { type: "boolean", default: false }
  }
})

const context: GateContext = { root: dirname(import.meta.dirname), write: values.write }
if (values.list) for (const { name, purpose } of steps) console.log(`${name.padEnd(10)} ${purpose}`)
else process.exitCode = await runGate(chosenSteps())

function chosenSteps(): readonly GateStep[] {
  const skipped = values.skip.split(",").filter(name => name !== "")
  const unknown = [...positionals, ...skipped].filter(name => !steps.some(step => step.name === name))
  if (unknown.length > 0) {
    throw new Error(
      `no gate step is called ${unknown.join(", ")}; there are: ${steps.map(({ name }) => name).join(", ")}`
    )
  }
  const wanted = positionals.length === 0 ? steps : steps.filter(({ name }) => positionals.includes(name))
  return wanted.filter(({ name }) => !skipped.includes(name))
}

async function runGate(chosen: readonly GateStep[]): Promise<number> {
  const verdicts: Verdict[] = []
  // One after the other: some steps read what an earlier one built, and most use every core on their own.
  for (const step of chosen) {
    const verdict = await runStep(step)
    verdicts.push(verdict)
    console.log(summaryLine(verdict))
    for (const problem of verdict.problems) console.log(indent(problem))
  }
  return printTable(verdicts)
}

async function runStep(step: GateStep): Promise<Verdict> {
  const started = performance.now()
  const result = await step.run(context).catch(asProblem)
  return { ...result, step, seconds: (performance.now() - started) / 1000 }
}

function asProblem(error: unknown): StepResult {
  return {
    problems: [
      `the step itself failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
    ]
  }
}

function printTable(verdicts: readonly Verdict[]): number {
  const failed = verdicts.filter(({ problems }) => problems.length > 0)
  if (verdicts.length > 1) {
    console.log("\nGate")
    for (const verdict of verdicts) console.log(`  ${summaryLine(verdict)}`)
  }
  const seconds = verdicts.reduce((sum, verdict) => sum + verdict.seconds, 0)
  const names = failed.map(({ step }) => step.name).join(", ")
  console.log(failed.length === 0 ? `\nGate passed in ${seconds.toFixed(1)} s.` : `\nGate FAILED: ${names}.`)
  return failed.length === 0 ? 0 : 1
}

function summaryLine({ step, problems, note, seconds }: Verdict): string {
  const state = problems.length === 0 ? "ok  " : "FAIL"
  return `${state} ${step.name.padEnd(10)} ${`${seconds.toFixed(1)} s`.padStart(7)}  ${note ?? ""}`.trimEnd()
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "    ")
}
