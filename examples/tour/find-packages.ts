import { existsSync, readdirSync, realpathSync } from "node:fs"
import { basename, delimiter, dirname, join } from "node:path"

/** The `node_modules` folders every machine that can run the tour has: the workspace's, and npm's own. */
export function nodeModulesFolders(workspace: string): string[] {
  return [join(workspace, "node_modules"), npmModules()].filter(folder => folder !== undefined)
}

/**
 * Folders of all packages under a `node_modules` folder, each once: pnpm keeps them in `.pnpm/*\/node_modules` and links
 * to them from everywhere, npm nests those that collide. Links that lead out of `node_modules` (workspace members) are
 * not followed.
 */
export function findPackages(nodeModules: string, found: Set<string> = new Set()): Set<string> {
  for (const entry of entriesOf(nodeModules)) {
    const folder = join(nodeModules, entry)
    if (entry === ".pnpm") {
      for (const each of entriesOf(folder)) findPackages(join(folder, each, "node_modules"), found)
    } else if (entry.startsWith("@")) {
      for (const each of entriesOf(folder)) addPackage(join(folder, each), found)
    } else if (!entry.startsWith(".")) addPackage(folder, found)
  }
  return found
}

function addPackage(folder: string, found: Set<string>): void {
  if (!existsSync(join(folder, "package.json"))) return
  const real = realpathSync(folder)
  if (found.has(real) || !real.split(/[\\/]/).includes("node_modules")) return
  found.add(real)
  findPackages(join(real, "node_modules"), found)
}

function entriesOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : []
}

/** `npm start` says where npm is; otherwise the PATH does. */
function npmModules(): string | undefined {
  const onPath = (process.env["PATH"] ?? "").split(delimiter).map(folder => join(folder, "npm"))
  for (const candidate of [process.env["npm_execpath"], ...onPath]) {
    if (candidate === undefined || !existsSync(candidate)) continue
    const script = realpathSync(candidate)
    if (basename(script) === "npm-cli.js") return join(dirname(dirname(script)), "node_modules")
  }
  return undefined
}
