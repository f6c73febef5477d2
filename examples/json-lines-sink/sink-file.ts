import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { coreError } from "@syncline/core"

/** What the first line of the file says of all others. */
export interface FileFacts {
  readonly format: "syncline-json-lines/1"
  readonly generation: number
  readonly projection: number
  /** Of the mapping that the lines were made by. */
  readonly mapping: string
  /** By the epoch of a store: how far its log was applied. */
  readonly watermarks: Readonly<Record<string, { readonly position: number; readonly logHash?: string }>>
}

/** The file, as it is at this moment: facts, and a line for each document by its id. */
export interface SinkFile {
  readonly facts: FileFacts
  readonly lines: ReadonlyMap<string, string>
}

const format = "syncline-json-lines/1"

/** What there is; `undefined` when there is no file yet. */
export function readSinkFile(path: string): SinkFile | undefined {
  const text = readIfThere(path)
  if (text === undefined) return undefined
  const [first = "", ...lines] = text.split("\n").slice(0, -1)
  const facts = first.startsWith(`{"format":"${format}"`) ? (JSON.parse(first) as FileFacts) : undefined
  // What is not ours is left alone, whatever it is.
  if (facts === undefined)
    throw coreError("sink-foreign", `${path} is no file of this sink; choose another one`, {
      details: { path }
    })
  const known = lines.flatMap(line => {
    const id = idOf(line)
    return id === undefined ? [] : [[id, line] as const]
  })
  return { facts, lines: new Map(known) }
}

/** Takes the place of the file at once: whoever reads has the former one or this one, and so has the next start after a crash. */
export function writeSinkFile(path: string, { facts, lines }: SinkFile): void {
  const draft = `${path}.new`
  const file = openSync(draft, "w")
  try {
    writeFileSync(file, [JSON.stringify(facts), ...lines.values(), ""].join("\n"))
    // A name must not become durable before what it names.
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
}

/** A file without documents. */
export function emptySinkFile(mapping: string): SinkFile {
  return { facts: { format, generation: 1, projection: 1, mapping, watermarks: {} }, lines: new Map() }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw cause
  }
}

/** A line that somebody broke is none: its document is missing then, which verification finds and repair mends. */
function idOf(line: string): string | undefined {
  try {
    const { id } = JSON.parse(line) as { readonly id?: unknown }
    return typeof id === "string" ? id : undefined
  } catch {
    return undefined
  }
}
