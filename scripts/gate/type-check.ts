import { runNode } from "../workspace/run-command.ts"
import { removeStaleOutput } from "../workspace/stale-output.ts"
import type { GateStep } from "./gate-step.ts"

/**
 * Type-checks every project, tests and scripts included, and builds the packages: both are one `tsc -b`. What the
 * later steps look at in `dist` is therefore what the sources say now.
 */
export const types: GateStep = {
  name: "types",
  purpose: "every project compiles, tests included; builds `dist`",
  async run({ root }) {
    removeStaleOutput(root)
    const { code, output } = await runNode(["node_modules/typescript/bin/tsc", "-b"], { cwd: root })
    // A source is compiled for the build and again beside its tests: the same error is worth one line.
    const lines = [...new Set(output.trim().split("\n"))].filter(line => line !== "")
    return { problems: code === 0 ? [] : [lines.join("\n") || `tsc -b exited with ${code}`] }
  }
}
