import type { InputRole } from "./input-role.ts"
import { npmFile } from "./npm-file.ts"
import { lockfile, registryDocument } from "./registry-inputs.ts"
import { scriptedInputs } from "./scripted-inputs.ts"

/** A JSON value before and after a change. */
export interface JsonInput {
  readonly name: string
  readonly before: unknown
  readonly after: unknown
  /** `real`: two published revisions. `scripted`: edits of known size, made here. */
  readonly kind: "real" | "scripted"
  readonly role: InputRole
}

interface Source {
  readonly name: string
  readonly role: InputRole
  make(): { readonly before: unknown; readonly after: unknown }
}

const icons = "data/simple-icons.json"
const real: readonly Source[] = [
  { name: "lock", role: "tuned", make: lockfile },
  file("icons-minor", "tuned", ["simple-icons@16.20.0", "simple-icons@16.21.0"], icons),
  file("icons-many", "judged", ["simple-icons@16.0.0", "simple-icons@16.21.0"], icons),
  file("mime-db", "tuned", ["mime-db@1.53.0", "mime-db@1.54.0"], "db.json"),
  { name: "npm-ts", role: "judged", make: registryDocument },
  file("caniuse", "judged", ["caniuse-db@1.0.30001812", "caniuse-db@1.0.30001813"], "data.json"),
  file("bcd", "judged", ["@mdn/browser-compat-data@7.3.16", "@mdn/browser-compat-data@7.3.17"], "data.json"),
  { name: "doc-text", role: "tuned", make: textInField },
  // Pairs that no constant was chosen on and no earlier measurement mentions.
  file("emoji", "judged", ["emoji-datasource@15.1.2", "emoji-datasource@16.0.0"], "emoji.json"),
  file("globals", "judged", ["globals@15.14.0", "globals@15.15.0"], "globals.json"),
  file("spdx", "judged", ["spdx-license-list@6.9.0", "spdx-license-list@6.10.0"], "spdx-simple.json"),
  file(
    "node-releases",
    "judged",
    ["node-releases@2.0.18", "node-releases@2.0.19"],
    "data/processed/envs.json"
  )
]

/** The pairs every JSON figure is measured on. `quick` gives synthetic ones only, so that a look needs no network. */
export function* jsonInputs(options: { readonly quick: boolean }): Generator<JsonInput> {
  yield* scriptedInputs(todos(1000), "todo", "judged")
  if (options.quick) return
  yield* scriptedInputs(parse(npmFile("simple-icons@16.20.0", icons)) as readonly unknown[], "arr", "tuned")
  for (const source of real) yield { name: source.name, role: source.role, kind: "real", ...source.make() }
}

function file(name: string, role: InputRole, specs: readonly [string, string], path: string): Source {
  return {
    name,
    role,
    make: () => ({ before: parse(npmFile(specs[0], path)), after: parse(npmFile(specs[1], path)) })
  }
}

/** A readme of two releases inside one string member. */
function textInField(): { before: unknown; after: unknown } {
  return { before: readmeOf("16.20.0"), after: readmeOf("16.21.0") }
}

function readmeOf(version: string): unknown {
  return { id: "readme", body: new TextDecoder().decode(npmFile(`simple-icons@${version}`, "README.md")) }
}

/** SYNTHETIC: what a small application keeps. */
function todos(count: number): readonly unknown[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `todo-${index.toString(36)}`,
    title: `Task number ${index}`,
    done: index % 3 === 0,
    tags: index % 5 === 0 ? ["home", "later"] : []
  }))
}

function parse(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes))
}
