import { SourceMap } from "node:module"
import { relative, resolve } from "node:path"
import type { OutputChunk } from "rolldown"

/** How many characters of minified files come from each module, most first; by path within the workspace. */
export function bytesByModule(
  root: string,
  chunks: readonly OutputChunk[]
): readonly (readonly [path: string, bytes: number])[] {
  const bytes = new Map<string, number>()
  for (const { code, map, fileName } of chunks) {
    if (map === null) throw new Error(`${fileName} has no source map to tell its modules by`)
    const sources = new SourceMap({ ...map, file: fileName, sourceRoot: "" })
    for (const [line, text] of code.split("\n").entries())
      for (let column = 0; column < text.length; column++) {
        const entry = sources.findEntry(line, column)
        const path = pathOf(root, "originalSource" in entry ? entry.originalSource : undefined)
        bytes.set(path, (bytes.get(path) ?? 0) + 1)
      }
  }
  return [...bytes].sort(([, a], [, b]) => b - a)
}

/** Packages from outside are known by what follows the last `node_modules`. */
function pathOf(root: string, source: string | undefined): string {
  if (source === undefined) return "(of the bundler)"
  return relative(root, resolve(root, "dist", source)).replace(/^.*node_modules\//, "node_modules/")
}
