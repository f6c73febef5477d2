import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { apiReport, type EntryPointApi, readApi, undocumented } from "../api/api-report.ts"
import { splitByBuilt } from "../workspace/built-entry-points.ts"
import { listEntryPoints, listPackages } from "../workspace/packages.ts"
import type { GateContext, GateStep } from "./gate-step.ts"

/** `docs/api` shows what the packages export, so that no change of the public surface goes unseen in review. */
export const api: GateStep = {
  name: "api",
  purpose: "docs/api/*.api.md are current (--write updates), every export has a docstring",
  async run(context) {
    const problems: string[] = []
    let names = 0
    for (const { folder, manifest } of listPackages(context.root)) {
      const own = listEntryPoints(context.root).filter(({ owner }) => owner.folder === folder)
      const { built, missing } = splitByBuilt(own, ({ types }) => types)
      const apis = built.map(readApi)
      names += apis.reduce((sum, { exports }) => sum + exports.length, 0)
      problems.push(...missing, ...apis.flatMap(undocumented))
      problems.push(...checkReport(context, folder, manifest.name, apis))
    }
    return { problems, note: `${names} names` }
  }
}

function checkReport(
  { root, write }: GateContext,
  folder: string,
  name: string,
  apis: readonly EntryPointApi[]
): string[] {
  const path = `docs/api/${folder}.api.md`
  const file = join(root, path)
  const wanted = apiReport(name, apis)
  if (existsSync(file) && readFileSync(file, "utf8") === wanted) return []
  if (!write)
    return [`${path} is not what is built: run \`npm run gate -- types api --write\` and review the diff`]
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, wanted)
  return []
}
