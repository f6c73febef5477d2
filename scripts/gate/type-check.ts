import { runNode } from "../workspace/run-command.ts"
import { removeStaleOutput } from "../workspace/stale-output.ts"
import { listProjectFiles } from "../workspace/source-files.ts"
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
    // Found instead of listed, so that a project which the root tsconfig.json forgot is checked all the same.
    const projects = await listProjectFiles(root, ".json")
    const configs = projects.filter(({ path }) => /(?:^|\/)tsconfig(?:\.build)?\.json$/.test(path))
    const args = ["node_modules/typescript/bin/tsc", "-b", ...configs.map(({ path }) => path)]
    const { code, output } = await runNode(args, { cwd: root })
    // A source is compiled for the build and again beside its tests: the same error is worth one line.
    const lines = [...new Set(output.trim().split("\n"))].filter(line => line !== "")
    const note = `${configs.length} projects`
    return { problems: code === 0 ? [] : [lines.join("\n") || `tsc -b exited with ${code}`], note }
  }
}
