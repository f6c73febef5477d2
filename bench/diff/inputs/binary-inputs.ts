import { isFetched, npmFile, npmTar, npmTarball } from "./npm-file.ts"
import type { InputRole } from "./input-role.ts"
import { sqliteKeyed, sqliteRows } from "./sqlite-inputs.ts"
import { editedNoise } from "./synthetic-inputs.ts"

/** Two versions of one thing. */
export interface BinaryInput {
  readonly name: string
  readonly old: Uint8Array
  readonly next: Uint8Array
  readonly role: InputRole
  /** Machine code whose addresses moved: reported apart, since no copy/add delta is good at it. */
  readonly movedCode: boolean
}

interface Source {
  readonly name: string
  readonly role: InputRole
  readonly movedCode?: boolean
  /** Packages it comes from; none for what is made here. */
  readonly specs: readonly string[]
  make(): { readonly old: Uint8Array; readonly next: Uint8Array }
}

const sources: readonly Source[] = [
  file("react-dom", "tuned", "react-dom", "19.1.0", "19.2.0", "cjs/react-dom-client.production.js"),
  file("sqljs-wasm", "judged", "sql.js", "1.14.0", "1.14.1", "dist/sql-wasm.wasm"),
  file("icons-js", "tuned", "simple-icons", "16.20.0", "16.21.0", "index.js"),
  file("caniuse-json", "judged", "caniuse-db", "1.0.30001812", "1.0.30001813", "data.json"),
  file("ts-patch", "judged", "typescript", "5.9.2", "5.9.3", "lib/typescript.js"),
  file("ts-major", "tuned", "typescript", "5.8.3", "5.9.2", "lib/typescript.js"),
  file("esbuild-patch", "tuned", "@esbuild/linux-x64", "0.27.6", "0.27.7", "bin/esbuild"),
  {
    ...file("esbuild-minor", "judged", "@esbuild/linux-x64", "0.27.7", "0.28.0", "bin/esbuild"),
    movedCode: true
  },
  pair("ts-tgz", "tuned", ["typescript@5.9.2", "typescript@5.9.3"], npmTarball),
  pair("ts-tar", "judged", ["typescript@5.9.2", "typescript@5.9.3"], npmTar),
  file("bcd-json", "judged", "@mdn/browser-compat-data", "7.3.16", "7.3.17", "data.json"),
  {
    name: "sqlite-kv",
    role: "tuned",
    specs: ["@mdn/browser-compat-data@7.3.16", "@mdn/browser-compat-data@7.3.17"],
    make: sqliteKeyed
  },
  {
    name: "sqlite-rows",
    role: "judged",
    specs: ["caniuse-db@1.0.30001812", "caniuse-db@1.0.30001813"],
    make: sqliteRows
  },
  { name: "rand16m", role: "tuned", specs: [], make: () => editedNoise(16 << 20) },
  // From here on pairs that no constant was chosen on and no earlier measurement mentions.
  file("lodash", "judged", "lodash", "4.17.20", "4.17.21", "lodash.js"),
  file("three", "judged", "three", "0.170.0", "0.171.0", "build/three.module.js"),
  file("pdf-worker", "judged", "pdfjs-dist", "4.9.155", "4.10.38", "build/pdf.worker.mjs"),
  file("emoji-json", "judged", "emoji-datasource", "15.1.2", "16.0.0", "emoji.json"),
  pair("rxjs-tar", "judged", ["rxjs@7.8.1", "rxjs@7.8.2"], npmTar),
  pair("preact-tgz", "judged", ["preact@10.25.0", "preact@10.25.1"], npmTarball)
]

/**
 * The pairs every binary figure is measured on, made when asked for: some are 26 MB. `quick` gives a small synthetic pair,
 * and a small real one if it was fetched before, so that a look needs no network.
 */
export function* binaryInputs(options: { readonly quick: boolean }): Generator<BinaryInput> {
  if (options.quick) {
    yield { name: "rand1m", role: "judged", movedCode: false, ...editedNoise(1 << 20) }
    yield* sources.filter(({ name, specs }) => name === "react-dom" && specs.every(isFetched)).map(toInput)
    return
  }
  for (const source of sources) yield toInput(source)
}

function toInput(source: Source): BinaryInput {
  const { name, role, movedCode = false } = source
  return { name, role, movedCode, ...source.make() }
}

function file(
  name: string,
  role: InputRole,
  packageName: string,
  old: string,
  next: string,
  path: string
): Source {
  return pair(name, role, [`${packageName}@${old}`, `${packageName}@${next}`], spec => npmFile(spec, path))
}

function pair(
  name: string,
  role: InputRole,
  specs: readonly [string, string],
  read: (spec: string) => Uint8Array
): Source {
  return { name, role, specs, make: () => ({ old: read(specs[0]), next: read(specs[1]) }) }
}
