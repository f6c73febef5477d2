import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { stripVTControlCharacters } from "node:util"
import { gzipSync } from "node:zlib"
import { rolldown } from "rolldown"
import { splitByBuilt } from "../workspace/built-entry-points.ts"
import { type EntryPoint, listEntryPoints, readJson } from "../workspace/packages.ts"
import type { GateStep } from "./gate-step.ts"

type Budgets = Readonly<Record<string, number>>

const budgetFile = "scripts/gate/size-budgets.json"
// A new entry point starts with this much room; from then on a budget is raised by hand, with a reason.
const ROOM = 1.15

/** What an entry point costs a browser: bundled with its dependencies but not its peers, minified, gzipped. */
export const size: GateStep = {
  name: "size",
  purpose: `every entry point is within its gzip budget (${budgetFile})`,
  async run({ root, write }) {
    const entryPoints = listEntryPoints(root)
    const budgets = readJson(join(root, budgetFile)) as Budgets
    const { built, missing } = splitByBuilt(entryPoints, targets => targets.default)
    const sizes = new Map<string, number>()
    const broken: string[] = []
    for (const entry of built) {
      try {
        sizes.set(entry.specifier, await bundledBytes(entry, entryPoints))
      } catch (error) {
        broken.push(`${entry.specifier} cannot be bundled: ${stripVTControlCharacters(String(error))}`)
      }
    }
    if (write) writeFileSync(join(root, budgetFile), `${JSON.stringify(grown(budgets, sizes), null, 2)}\n`)
    const problems = [...missing, ...broken, ...problemsOf(write ? grown(budgets, sizes) : budgets, sizes)]
    return {
      problems,
      note: [...sizes].map(([name, bytes]) => `${shortName(name)} ${kilobytes(bytes)}`).join(", ")
    }
  }
}

async function bundledBytes(entry: EntryPoint, all: readonly EntryPoint[]): Promise<number> {
  const peers = new Set(all.flatMap(({ owner }) => Object.keys(owner.manifest.peerDependencies ?? {})))
  const bundle = await rolldown({
    input: join(entry.owner.path, entry.conditions.default),
    platform: "browser",
    external: specifier => specifier.startsWith("node:") || peers.has(packageOf(specifier)),
    logLevel: "silent"
  })
  const { output } = await bundle.generate({ format: "esm", minify: true, codeSplitting: false })
  await bundle.close()
  return gzipSync(output[0].code, { level: 9 }).length
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/")
}

function problemsOf(budgets: Budgets, sizes: ReadonlyMap<string, number>): string[] {
  const over = [...sizes].flatMap(([name, bytes]) => {
    const budget = budgets[name]
    if (budget === undefined)
      return [`${name} (${bytes} B) has no budget: run \`npm run gate -- types size --write\``]
    return bytes <= budget ? [] : [`${name} is ${bytes} B gzipped, over its budget of ${budget} B`]
  })
  const gone = Object.keys(budgets).filter(name => !sizes.has(name))
  return [...over, ...gone.map(name => `${name} has a budget but is no entry point any more`)]
}

/** The same budgets, with new entry points added and removed ones dropped. Never raises one. */
function grown(budgets: Budgets, sizes: ReadonlyMap<string, number>): Budgets {
  const entries = [...sizes].map(
    ([name, bytes]) => [name, budgets[name] ?? Math.ceil((bytes * ROOM) / 100) * 100] as const
  )
  return Object.fromEntries(entries)
}

function shortName(specifier: string): string {
  return specifier.replace("@syncline/", "")
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)}k`
}
