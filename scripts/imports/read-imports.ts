import { parseSync } from "oxc-parser"

/**
 * One import, re-export or literal `import()` in a file. A `type` import disappears when the file runs; a `lazy`
 * one runs later than the file itself, so it cannot close a cycle of half-initialised modules.
 */
export interface ImportStatement {
  readonly specifier: string
  readonly kind: "value" | "type" | "lazy"
  /** Counted from 1. */
  readonly line: number
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Every module a TypeScript file names, in source order. Throws when the file does not parse. */
export function readImports(path: string, text: string): ImportStatement[] {
  const parsed = parseSync(path, text)
  const first = parsed.errors[0]
  if (first !== undefined) throw new Error(`${path} does not parse: ${first.message}`)
  const { staticImports, staticExports, dynamicImports } = parsed.module
  const named = (statement: Span, request: Span, kind?: "lazy"): ImportStatement => ({
    specifier: unquote(text.slice(request.start, request.end)),
    // `import { type A }` still loads the module under verbatimModuleSyntax; only `import type` does not.
    kind:
      kind ??
      (/^(?:import|export)\s+type\b/.test(text.slice(statement.start, statement.end)) ? "type" : "value"),
    line: text.slice(0, statement.start).split("\n").length
  })
  const reexports = staticExports.flatMap(statement => {
    const request = statement.entries.find(entry => entry.moduleRequest !== null)?.moduleRequest
    return request ? [named(statement, request)] : []
  })
  const lazy = dynamicImports.filter(({ moduleRequest }) => isQuoted(text[moduleRequest.start]))
  return [
    ...staticImports.map(statement => named(statement, statement.moduleRequest)),
    ...reexports,
    ...lazy.map(statement => named(statement, statement.moduleRequest, "lazy"))
  ].sort((a, b) => a.line - b.line)
}

function isQuoted(character: string | undefined): boolean {
  return character === '"' || character === "'"
}

function unquote(literal: string): string {
  return literal.slice(1, -1)
}
