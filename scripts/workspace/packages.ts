import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** The parts of a package.json the gate reads. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly exports?: Readonly<Record<string, ExportConditions>>
  readonly imports?: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** What every subpath of a Syncline package states; checked by the `packages` step. */
export interface ExportConditions {
  readonly "@syncline/source": string
  readonly types: string
  readonly default: string
}

/** One publishable package. */
export interface WorkspacePackage {
  /** Folder name under `packages/`, such as `clock`. */
  readonly folder: string
  /** Absolute path. */
  readonly path: string
  readonly manifest: Manifest
}

/** One thing a user can import. */
export interface EntryPoint {
  readonly owner: WorkspacePackage
  /** As written in `exports`, such as `./sqlite`. */
  readonly subpath: string
  /** As written by a user, such as `@syncline/adapters/sqlite`. */
  readonly specifier: string
  readonly conditions: ExportConditions
}

/** Every publishable package, by folder name. */
export function listPackages(root: string): WorkspacePackage[] {
  return readdirSync(join(root, "packages"))
    .sort()
    .map(folder => ({ folder, path: join(root, "packages", folder) }))
    .filter(({ path }) => existsSync(join(path, "package.json")))
    .map(({ folder, path }) => ({ folder, path, manifest: readJson(join(path, "package.json")) as Manifest }))
}

/** Every entry point of every package, in the order the manifests name them. */
export function listEntryPoints(root: string): EntryPoint[] {
  return listPackages(root).flatMap(owner =>
    Object.entries(owner.manifest.exports ?? {}).map(([subpath, conditions]) => ({
      owner,
      subpath,
      specifier: owner.manifest.name + subpath.slice(1),
      conditions
    }))
  )
}

/** Parses a JSON file; the caller vouches for its shape. */
export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"))
}
