// Says what a browser app made of core, the Yjs engine, IndexedDB and a WebSocket weighs, and of what.
// Of the sources as they are: no build is needed. With a number: so many of the heaviest modules.
import { join } from "node:path"
import { bundleBrowserApp, type BundledFile, totalBytes } from "./browser-app.ts"

const heaviest = Number(process.argv[2] ?? 10)
const root = join(import.meta.dirname, "../..")
const { initial, lazy, modules } = await bundleBrowserApp(root, "@syncline/source")

print("loaded with the page", initial)
print("loaded when asked for", lazy)
console.log(`\nheaviest of ${modules.length} modules loaded with the page, minified only:`)
for (const [path, bytes] of modules.slice(0, heaviest)) console.log(`${String(bytes).padStart(8)} B  ${path}`)

function print(title: string, files: readonly BundledFile[]): void {
  console.log(`\n${title}: ${totalBytes(files)} B minified and gzipped, Yjs not counted`)
  for (const { name, bytes } of files.toSorted((a, b) => b.bytes - a.bytes))
    console.log(`${String(bytes).padStart(8)} B  ${name}`)
}
