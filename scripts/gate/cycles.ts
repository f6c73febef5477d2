import { findCycles } from "../imports/find-cycles.ts"
import { importGraph } from "../imports/import-graph.ts"
import { listPackages } from "../workspace/packages.ts"
import { listProjectFiles } from "../workspace/source-files.ts"
import type { GateStep } from "./gate-step.ts"

/**
 * No circle of modules that load each other, across packages too. Type imports are left out: they vanish at run
 * time, and an interface may well name another that names it back.
 */
export const cycles: GateStep = {
  name: "cycles",
  purpose: "no module loads itself through others",
  async run({ root }) {
    const files = await listProjectFiles(root, ".ts")
    const edges = importGraph(files, listPackages(root)).flatMap(({ source, target, kind }) =>
      kind === "value" && target !== undefined ? [{ source, target }] : []
    )
    return {
      problems: findCycles(edges).map(cycle => `import cycle:\n  ${cycle.join("\n  ")}`),
      note: `${files.length} files`
    }
  }
}
