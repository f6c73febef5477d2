import { dirname, join } from "node:path"
import { type Declaration, DeclarationFile } from "./declaration-file.ts"

/** One name a user can import from an entry point. */
export interface PublicExport {
  readonly name: string
  /** Absent when the name is passed on from another package. */
  readonly declaration?: Declaration
  /** The package it is passed on from. */
  readonly reexportedFrom?: string
}

/** Every name an entry point's `.d.ts` exports, sorted by name, each followed to where it is declared. */
export function publicExports(entryFile: string): PublicExport[] {
  const found = new Map<string, PublicExport>()
  collect(new DeclarationFile(entryFile), found)
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function collect(file: DeclarationFile, found: Map<string, PublicExport>): void {
  const { named, everythingOf } = file.exports()
  for (const name of named.keys()) found.set(name, follow(file, name, name))
  for (const specifier of everythingOf) {
    if (isOwnFile(specifier)) collect(open(file, specifier), found)
    else found.set(`* from ${specifier}`, { name: `*`, reexportedFrom: specifier })
  }
}

function follow(file: DeclarationFile, localExport: string, name: string): PublicExport {
  const source = file.exports().named.get(localExport)
  if (source === undefined)
    throw new Error(`${file.path} does not export ${localExport}, which an index re-exports`)
  if (source.kind === "local") {
    const declaration = file.declarationOf(source.name)
    if (declaration === undefined)
      throw new Error(`${file.path} exports ${source.name} but does not declare it`)
    return { name, declaration }
  }
  if (!isOwnFile(source.specifier)) return { name, reexportedFrom: source.specifier }
  return follow(open(file, source.specifier), source.name, name)
}

function isOwnFile(specifier: string): boolean {
  return specifier.startsWith(".")
}

// Declaration files keep the `.ts` (or get the `.js`) of the import; beside them lies the `.d.ts`.
function open(from: DeclarationFile, specifier: string): DeclarationFile {
  return new DeclarationFile(join(dirname(from.path), specifier.replace(/\.[jt]s$/, ".d.ts")))
}
