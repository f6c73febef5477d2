import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { type OutputChunk, type Plugin, rolldown } from "rolldown"
import { bytesByModule } from "./bytes-by-module.ts"

/** A page with documents that are stored here and synced. It exports nothing, as pages do: the bundler may add to its file. */
const editor = `
import { indexedDbStore } from "@syncline/adapters/indexeddb"
import { webSocketTransport } from "@syncline/adapters/websocket"
import { openReplica } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"

async function show() {
  const replica = await openReplica({ store: indexedDbStore("notes"), engine: yjs() })
  replica.connect(webSocketTransport(\`wss://\${location.host}/sync\`))
  Object.assign(globalThis, { note: await replica.load("notes/today") })
}
void show()
`

/** One file of the bundle. */
export interface BundledFile {
  /** As the bundler names it, without the hash. */
  readonly name: string
  /** Minified and gzipped. */
  readonly bytes: number
}

/** What an app's bundle holds. */
export interface BrowserApp {
  /** Files that are loaded with the page. */
  readonly initial: readonly BundledFile[]
  /** Files that are loaded when something asks for what is in them. */
  readonly lazy: readonly BundledFile[]
  /** Minified bytes of each module in the initial files, not gzipped, most first; by path within the workspace. */
  readonly modules: readonly (readonly [path: string, bytes: number])[]
}

/**
 * Bundles such an app as its author would, with the code split where it loads late, Yjs left out.
 *
 * @param condition what package exports are taken by: `@syncline/source` for the sources, `default` for what is built.
 */
export async function bundleBrowserApp(
  root: string,
  condition: "@syncline/source" | "default"
): Promise<BrowserApp> {
  const bundle = await rolldown({
    input: appFile,
    plugins: [virtualApp(join(root, "examples/notes-web/src/app.js"))],
    platform: "browser",
    resolve: { conditionNames: [condition, "browser", "import", "default"] },
    external: ["yjs"],
    logLevel: "silent"
  })
  const { output } = await bundle.generate({
    format: "esm",
    minify: true,
    sourcemap: "hidden",
    // Otherwise what the page and a later file both use is in small files of its own, which take 5 % more.
    codeSplitting: { groups: [{ name: "page", tags: ["$initial"] }] }
  })
  await bundle.close()
  const chunks = output.filter(file => file.type === "chunk")
  const initial = loadedAtOnce(chunks)
  return {
    initial: [...initial].map(fileOf),
    lazy: chunks.filter(chunk => !initial.has(chunk)).map(fileOf),
    modules: bytesByModule(root, [...initial])
  }
}

/** All of them together. */
export function totalBytes(files: readonly BundledFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}

const appFile = "virtual:app"

/** The app's module, as if it were in a folder from where the packages are found. */
function virtualApp(path: string): Plugin {
  return {
    name: "app",
    resolveId: id => (id === appFile ? path : undefined),
    load: id => (id === path ? editor : undefined)
  }
}

function loadedAtOnce(chunks: readonly OutputChunk[]): ReadonlySet<OutputChunk> {
  const byName = new Map(chunks.map(chunk => [chunk.fileName, chunk]))
  const found = new Set(chunks.filter(({ isEntry }) => isEntry))
  for (const { imports } of found)
    for (const name of imports) {
      const chunk = byName.get(name)
      if (chunk !== undefined) found.add(chunk)
    }
  return found
}

function fileOf({ name, code }: OutputChunk): BundledFile {
  return { name, bytes: gzipSync(code, { level: 9 }).length }
}
