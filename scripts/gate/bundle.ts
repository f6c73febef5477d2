import { join } from "node:path"
import { bundleBrowserApp, totalBytes } from "../bundle/browser-app.ts"
import { listEntryPoints, readJson } from "../workspace/packages.ts"
import { splitByBuilt } from "../workspace/built-entry-points.ts"
import type { GateStep } from "./gate-step.ts"

const budgetFile = "scripts/gate/bundle-budgets.json"

/** What both parts of the bundle may come to, in bytes, minified and gzipped. */
interface Budgets {
  readonly initial: number
  readonly all: number
}

/** What a browser app loads with its page, and what in all. Budgets are changed by hand, with a reason. */
export const bundle: GateStep = {
  name: "bundle",
  purpose: `a browser app of core, Yjs engine, IndexedDB and WebSocket is within its budget (${budgetFile})`,
  async run({ root }) {
    const { missing } = splitByBuilt(listEntryPoints(root), targets => targets.default)
    if (missing.length > 0) return { problems: missing }
    const { initial, lazy } = await bundleBrowserApp(root, "default")
    const budgets = readJson(join(root, budgetFile)) as Budgets
    const sizes = { initial: totalBytes(initial), all: totalBytes([...initial, ...lazy]) }
    return {
      problems: (["initial", "all"] as const).flatMap(part =>
        sizes[part] <= budgets[part]
          ? []
          : [
              `${part} is ${sizes[part]} B gzipped, over its budget of ${budgets[part]} B: \`node scripts/bundle/run.ts\` says of what`
            ]
      ),
      note: `${sizes.initial} B with the page, ${sizes.all} B in all (${lazy.length} files when asked for)`
    }
  }
}
