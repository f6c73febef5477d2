import { existsSync, mkdirSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { totalsLine } from "../test-totals.ts"
import { runNode } from "../workspace/run-command.ts"
import type { GateStep } from "./gate-step.ts"

const reportFile = ".tmp/vitest.json"

/** The whole suite. */
export const tests: GateStep = {
  name: "tests",
  purpose: "vitest run",
  async run({ root }) {
    const report = join(root, reportFile)
    mkdirSync(dirname(report), { recursive: true })
    rmSync(report, { force: true })
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`]
    const { code, output } = await runNode(["node_modules/vitest/vitest.mjs", "run", ...reporters], {
      cwd: root
    })
    const note = existsSync(report) ? totalsLine(report) : "no report"
    return { problems: code === 0 ? [] : [output.trim()], note }
  }
}
