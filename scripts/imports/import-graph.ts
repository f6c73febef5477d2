import { posix } from "node:path"
import type { Manifest } from "../workspace/packages.ts"
import type { ProjectFile } from "../workspace/source-files.ts"
import { type ImportStatement, readImports } from "./read-imports.ts"

/** One import with the project file it reaches; `target` is absent for packages from outside. */
export interface ImportEdge extends ImportStatement {
  /** The importing file. */
  readonly source: string
  /** The imported file or, for a package-internal `#name`, the folder it stands for. */
  readonly target?: string
}

/** A package's folder and what its manifest maps names to. */
export interface PackageMap {
  readonly folder: string
  readonly manifest: Pick<Manifest, "name" | "exports">
}

/** Every import of the given files, workspace packages resolved to their sources. */
export function importGraph(files: readonly ProjectFile[], packages: readonly PackageMap[]): ImportEdge[] {
  const entryPoints = sourceBySpecifier(packages)
  return files.flatMap(({ path, text }) =>
    readImports(path, text).map(statement => {
      const target = resolve(path, statement.specifier, entryPoints)
      return { ...statement, source: path, ...(target === undefined ? {} : { target }) }
    })
  )
}

function resolve(
  source: string,
  specifier: string,
  entryPoints: ReadonlyMap<string, string>
): string | undefined {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(source), specifier)
  // `#platform` is `src/platform/` of the same package: the manifest picks the file by environment.
  if (specifier.startsWith("#")) return posix.join(...source.split("/").slice(0, 3), specifier.slice(1), "*")
  return entryPoints.get(specifier)
}

function sourceBySpecifier(packages: readonly PackageMap[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const { folder, manifest } of packages) {
    for (const [subpath, conditions] of Object.entries(manifest.exports ?? {})) {
      found.set(
        manifest.name + subpath.slice(1),
        posix.join("packages", folder, conditions["@syncline/source"])
      )
    }
  }
  return found
}
