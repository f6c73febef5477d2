import { join } from "node:path"
import { rolldown } from "rolldown"

/** A page's files by path, as a bundler makes them for browsers: no Node shims, dynamic imports in chunks of their own. */
export type PageFiles = ReadonlyMap<string, string>

// As an application's bundler would resolve, except that packages are taken from their sources.
const conditionNames = ["@syncline/source", "browser", "import", "module", "default"]

/**
 * Bundles `entry` of this folder as `page.js` beside an empty page that loads it. `conditions` are asked first where
 * packages have several entries. `workers` are scripts of their own beside the page, by name.
 *
 * @throws Error when something needs a module of Node.
 */
export async function bundlePage(
  entry: string,
  conditions: readonly string[] = [],
  workers: Readonly<Record<string, string>> = {}
): Promise<PageFiles> {
  const scripts = Object.entries({ page: entry, ...workers })
  const bundle = await rolldown({
    input: Object.fromEntries(scripts.map(([name, file]) => [name, join(import.meta.dirname, file)])),
    platform: "browser",
    resolve: { conditionNames: [...conditions, ...conditionNames] },
    onLog(_level, log) {
      if (log.code === "UNRESOLVED_IMPORT") throw new Error(log.message)
    }
  })
  const { output } = await bundle.generate({ format: "esm", dir: "page", chunkFileNames: "[name].js" })
  await bundle.close()
  const files = new Map([
    ["/", '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>']
  ])
  for (const file of output) {
    if (file.type !== "chunk") continue
    if (/from\s*["']node:/.test(file.code)) throw new Error(`${file.fileName} imports a module of Node`)
    files.set(`/${file.fileName}`, file.code)
  }
  return files
}
