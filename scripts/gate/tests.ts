import { existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import { totalsLine } from "../test-totals.ts"
import { runNode } from "../workspace/run-command.ts"
import type { GateStep } from "./gate-step.ts"

/** Where vitest.config.ts has it written. */
const reportFile = ".tmp/vitest.json"

/** The whole suite; it fails also where one file takes too much of the run. */
export const tests: GateStep = {
  name: "tests",
  purpose: "vitest run",
  async run({ root }) {
    const report = join(root, reportFile)
    rmSync(report, { force: true })
    const { code, output } = await runNode(["node_modules/vitest/vitest.mjs", "run"], { cwd: root })
    const note = existsSync(report) ? totalsLine(report) : "no report"
    return { problems: code === 0 ? [] : [output.trim()], note }
  }
}
