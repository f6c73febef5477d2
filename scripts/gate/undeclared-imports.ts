import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { readImports } from "../imports/read-imports.ts"
import type { Manifest } from "../workspace/packages.ts"

/** What an installed package's files import although installing the package does not bring it, a line each. */
export function undeclaredImports(folder: string, manifest: Manifest): string[] {
  const { name, dependencies, peerDependencies } = manifest
  const declared = new Set([name, ...Object.keys({ ...dependencies, ...peerDependencies })])
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  return files
    .filter(file => /(?<!\.d)\.[jt]s$/.test(file))
    .flatMap(file =>
      readImports(file, readFileSync(join(folder, file), "utf8"))
        .filter(({ specifier }) => !isOwn(specifier) && !declared.has(packageOf(specifier)))
        .map(
          ({ specifier }) => `${name}: ${file} is shipped and imports ${specifier}, which is no dependency`
        )
    )
}

/** Relative, `#platform`, or part of Node. */
function isOwn(specifier: string): boolean {
  return /^(?:\.|#|node:)/.test(specifier)
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/")
}
