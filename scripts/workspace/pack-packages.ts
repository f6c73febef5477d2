import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { listPackages, readJson, type WorkspacePackage } from "./packages.ts"
import { runCommand } from "./run-command.ts"

/** A package as a user would download it. */
export interface PackedPackage {
  readonly source: WorkspacePackage
  /** Absolute path of the `.tgz`. */
  readonly tarball: string
}

const packed = new Map<string, Promise<PackedPackage[]>>()

/** Packs every package once a process, from the `dist` that is there. Two steps look at the same tarballs. */
export function packPackages(root: string): Promise<PackedPackage[]> {
  const known = packed.get(root) ?? pack(root)
  packed.set(root, known)
  return known
}

async function pack(root: string): Promise<PackedPackage[]> {
  const destination = join(root, ".tmp", "pack")
  rmSync(destination, { recursive: true, force: true })
  mkdirSync(destination, { recursive: true })
  const { packageManager } = readJson(join(root, "package.json")) as { readonly packageManager: string }
  const filter = ["--recursive", "--filter=./packages/*"]
  const args = ["--yes", packageManager, ...filter, "pack", `--pack-destination=${destination}`]
  // pnpm is in npm's cache since the installation: no network is needed, so do not ask it.
  const env = { npm_config_prefer_offline: "true", npm_config_update_notifier: "false" }
  const { code, output } = await runCommand(process.platform === "win32" ? "npx.cmd" : "npx", args, {
    cwd: root,
    env
  })
  if (code !== 0) throw new Error(`pnpm pack failed:\n${output}`)
  return listPackages(root).map(source => ({ source, tarball: join(destination, tarballName(source)) }))
}

function tarballName({ manifest }: WorkspacePackage): string {
  return `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`
}
