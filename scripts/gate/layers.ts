import { checkFolders, checkLayers } from "../imports/check-layers.ts"
import { importGraph } from "../imports/import-graph.ts"
import { layerTable } from "../imports/layer-table.ts"
import { listPackages } from "../workspace/packages.ts"
import { listProjectFiles } from "../workspace/source-files.ts"
import type { GateStep } from "./gate-step.ts"

/** Imports only go down: packages, folders of core, adapters among themselves. */
export const layers: GateStep = {
  name: "layers",
  purpose: "imports only go down (scripts/imports/layer-table.ts)",
  async run({ root }) {
    const files = await listProjectFiles(root, ".ts")
    const edges = importGraph(files, listPackages(root))
    const paths = files.map(({ path }) => path)
    return {
      problems: [...checkLayers(edges, layerTable), ...checkFolders(paths, layerTable)],
      note: `${edges.length} imports`
    }
  }
}
