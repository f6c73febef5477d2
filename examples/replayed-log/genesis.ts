import { type ContainerRef, coreError } from "@syncline/core"
import { mustBeContainer } from "@syncline/core/engine"
import type { Cell, Edit, Entry } from "./entry.ts"

/** The entry that makes a predefined container. It depends on path and kind alone, and is known by its name. */
export function genesisOf(ref: ContainerRef): Entry {
  const [nameOf, parent] = [(at: ContainerRef) => `genesis ${JSON.stringify(at)}`, ref.path.slice(0, -1)]
  const around = parent.length === 0 ? undefined : nameOf({ path: parent, kind: "map" })
  const name = nameOf({ path: ref.path, kind: ref.kind })
  const empty = { text: "", counter: 0, list: [], map: [] }
  const cell: Cell = { id: name, kind: ref.kind, content: empty[ref.kind] }
  const edits: Edit[] = [{ on: around ?? "root", key: ref.path.at(-1) ?? "", cell }]
  return { name, time: ref.path.length, after: around === undefined ? [] : [around], edits }
}

/** The container whose genesis this is; whatever else is under such a name is refused. */
export function genesisRef(entry: Entry): ContainerRef | undefined {
  if (!entry.name.startsWith("genesis ")) return undefined
  try {
    const ref = JSON.parse(entry.name.slice(8)) as ContainerRef
    mustBeContainer(ref)
    if (JSON.stringify(genesisOf(ref)) === JSON.stringify(entry)) return ref
  } catch (cause) {
    throw coreError("engine-identity-reserved", "an entry has the name of a genesis", { cause })
  }
  throw coreError("engine-identity-reserved", "an entry has the name of a genesis and is none")
}
