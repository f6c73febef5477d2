import { join } from "node:path"
import type { EntryPoint } from "../workspace/packages.ts"
import { type PublicExport, publicExports } from "./public-exports.ts"

/** An entry point with everything it exports. */
export interface EntryPointApi {
  readonly specifier: string
  readonly exports: readonly PublicExport[]
}

/** Reads the built declarations of an entry point; run `tsc -b` first. */
export function readApi({ specifier, owner, conditions }: EntryPoint): EntryPointApi {
  return { specifier, exports: publicExports(join(owner.path, conditions.types)) }
}

/** The public surface of one package as Markdown: equal APIs give equal text, so a diff of it is a change of API. */
export function apiReport(packageName: string, entryPoints: readonly EntryPointApi[]): string {
  const head = [
    `# ${packageName}`,
    "",
    "Every name a user can import, as built. Written by `npm run gate -- api --write`; review the diff.",
    ""
  ]
  return [...head, ...entryPoints.flatMap(section)].join("\n")
}

/** Names without a docstring, which every export must have. */
export function undocumented({ specifier, exports }: EntryPointApi): string[] {
  return exports
    .filter(({ declaration }) => declaration?.documented === false)
    .map(({ name }) => `${specifier}: ${name} has no docstring`)
}

function section({ specifier, exports }: EntryPointApi): string[] {
  const declarations = exports.map(({ name, declaration, reexportedFrom }) =>
    declaration === undefined ? `export { ${name} } from "${reexportedFrom ?? ""}"` : declaration.text
  )
  return [`## ${specifier}`, "", "```ts", declarations.join("\n\n"), "```", ""]
}
