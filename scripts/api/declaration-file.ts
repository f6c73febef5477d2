import { readFileSync } from "node:fs"
import { type ParseResult, parseSync } from "oxc-parser"

/** The declarations of one name in one `.d.ts` file, as text. */
export interface Declaration {
  /** Without comments; overloads and merged declarations joined in source order. */
  readonly text: string
  /** Whether each of them has a docstring (for overloads, the first). */
  readonly documented: boolean
}

/** Where an exported name comes from. */
export type ExportSource =
  | { readonly kind: "local"; readonly name: string }
  /** `name` is `*` for `export * as exported`. */
  | { readonly kind: "from"; readonly specifier: string; readonly name: string }

/** A parsed declaration file. */
export class DeclarationFile {
  readonly path: string
  readonly #text: string
  readonly #parsed: ParseResult

  constructor(path: string) {
    this.path = path
    this.#text = readFileSync(path, "utf8")
    this.#parsed = parseSync(path, this.#text)
  }

  /** Every name it exports with its source, and the modules it exports everything of. */
  exports(): { readonly named: ReadonlyMap<string, ExportSource>; readonly everythingOf: readonly string[] } {
    const named = new Map<string, ExportSource>()
    const everythingOf: string[] = []
    for (const entry of this.#parsed.module.staticExports.flatMap(({ entries }) => entries)) {
      const { moduleRequest, exportName, importName, localName } = entry
      // Without a name it is `export *`, or a default export, which the linter forbids.
      if (exportName.name === null) {
        if (moduleRequest !== null) everythingOf.push(moduleRequest.value)
      } else if (moduleRequest === null) {
        named.set(exportName.name, { kind: "local", name: localName.name ?? exportName.name })
      } else {
        named.set(exportName.name, {
          kind: "from",
          specifier: moduleRequest.value,
          name: importName.name ?? "*"
        })
      }
    }
    return { named, everythingOf }
  }

  /** The declarations of a top-level name, or undefined when the file has none. */
  declarationOf(name: string): Declaration | undefined {
    const statements = this.#parsed.program.body.filter(statement => declaredNames(statement).includes(name))
    const first = statements[0]
    if (first === undefined) return undefined
    return {
      text: statements.map(({ start, end }) => this.#withoutComments(start, end)).join("\n"),
      documented: this.#hasDocstring(first.start)
    }
  }

  #withoutComments(start: number, end: number): string {
    let text = ""
    let at = start
    for (const comment of this.#parsed.comments) {
      if (comment.start < at || comment.end > end) continue
      text += this.#text.slice(at, comment.start)
      at = comment.end
    }
    return (text + this.#text.slice(at, end)).replaceAll(/[ \t]+$/gm, "").replaceAll(/\n{2,}/g, "\n")
  }

  #hasDocstring(start: number): boolean {
    const docs = this.#parsed.comments.filter(({ type, value }) => type === "Block" && value.startsWith("*"))
    return docs.some(({ end }) => end <= start && this.#text.slice(end, start).trim() === "")
  }
}

type Statement = ParseResult["program"]["body"][number]

function declaredNames(statement: Statement): string[] {
  const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement
  switch (declaration?.type) {
    case "VariableDeclaration":
      return declaration.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []))
    case "ClassDeclaration":
    case "FunctionDeclaration":
    case "TSDeclareFunction":
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      return declaration.id === null ? [] : [declaration.id.name]
    default:
      return []
  }
}
