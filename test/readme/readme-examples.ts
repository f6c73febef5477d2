import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** An example as it stands in a README. */
export interface ReadmeExample {
  /** `packages/core/README.md 2`: the file, and which of its examples. */
  readonly name: string
  readonly file: string
  readonly source: string
  /** What the comments behind its `console.log`s say it prints, a line each. */
  readonly printed: string
}

export const root: string = join(import.meta.dirname, "../..")

/** The root README, and that of every package. */
export function readmeFiles(): readonly string[] {
  return ["README.md", ...packageFolders().map(folder => `${folder}/README.md`)]
}

/** The guides: each is installed with the package it is about, and `docs/guides` lists them. */
export function guideFiles(): readonly string[] {
  const folders = ["docs/guides", ...packageFolders().map(folder => `${folder}/docs`)]
  return folders
    .filter(folder => existsSync(join(root, folder)))
    .flatMap(folder =>
      readdirSync(join(root, folder))
        .filter(name => name.endsWith(".md"))
        .map(name => `${folder}/${name}`)
    )
}

function packageFolders(): readonly string[] {
  return readdirSync(join(root, "packages"), { withFileTypes: true })
    .filter(each => each.isDirectory())
    .map(({ name }) => `packages/${name}`)
}

/** Every TypeScript block of a README or guide. */
export function readExamples(file: string): readonly ReadmeExample[] {
  const text = readFileSync(join(root, file), "utf8")
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, source = ""], index) => {
    const comments = [...source.matchAll(/^\s*console\.log\(.*\) \/\/ (.*)$/gm)]
    const printed = comments.map(([, line]) => `${line}\n`).join("")
    return { name: `${file} ${index + 1}`, file, source, printed }
  })
}

/** A folder as a reader has it: packages under `node_modules`, and the examples beside. */
export function readersFolder(examples: readonly ReadmeExample[]): string {
  const folder = mkdtempSync(join(tmpdir(), "syncline-readme-"))
  mkdirSync(join(folder, "node_modules", "@syncline"), { recursive: true })
  for (const name of readdirSync(join(root, "packages")))
    link(folder, join("packages", name), `@syncline/${name}`)
  for (const name of ["better-sqlite3", "idb", "ws", "yjs", "zod"])
    link(folder, join("test/node_modules", name), name)
  for (const name of ["fake-indexeddb", "prom-client"])
    link(folder, `packages/adapters/node_modules/${name}`, name)
  writeFileSync(join(folder, "package.json"), '{"type":"module"}')
  for (const [index, { source }] of examples.entries())
    writeFileSync(join(folder, exampleFile(index)), source)
  return folder
}

export function exampleFile(index: number): string {
  return `example-${index + 1}.ts`
}

function link(folder: string, target: string, name: string): void {
  symlinkSync(join(root, target), join(folder, "node_modules", name), "junction")
}
