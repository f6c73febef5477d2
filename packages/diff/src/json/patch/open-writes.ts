import type { ExtendedOperation } from "../json-patch.ts"
import type { WorkingCopy } from "./working-copy.ts"

/**
 * An operation of a patch under composition that a later one may still be merged into, because nothing in between depends
 * on what it wrote.
 */
export interface OpenWrite {
  /** Its position in the output. */
  readonly at: number
  operation: ExtendedOperation
  /** Its value under edit, once something has been merged into it. */
  edited: WorkingCopy | undefined
}

/** Open writes by path. No open write lies inside of another. */
export class OpenWrites {
  #root: Node = { write: undefined, children: undefined }

  /** The open write at one of the places a path leads through, the last included, and how many tokens lead to it. */
  find(tokens: readonly string[]): { readonly write: OpenWrite; readonly depth: number } | undefined {
    let node: Node | undefined = this.#root
    for (let depth = 0; node !== undefined; depth++) {
      if (node.write !== undefined) return { write: node.write, depth }
      const token = tokens[depth]
      node = token === undefined ? undefined : node.children?.get(token)
    }
    return undefined
  }

  /** Ends every write above, at and inside a place. */
  close(tokens: readonly string[]): void {
    const last = tokens.at(-1)
    if (last === undefined) {
      this.#root = { write: undefined, children: undefined }
      return
    }
    let node: Node | undefined = this.#root
    for (let depth = 0; node !== undefined && depth < tokens.length - 1; depth++) {
      node.write = undefined
      node = node.children?.get(tokens[depth] ?? "")
    }
    if (node === undefined) return
    node.write = undefined
    node.children?.delete(last)
  }

  /** Begins a write at a place where everything has been closed. */
  open(tokens: readonly string[], write: OpenWrite): void {
    let node = this.#root
    for (const token of tokens) {
      node.children ??= new Map()
      let child = node.children.get(token)
      if (child === undefined) {
        child = { write: undefined, children: undefined }
        node.children.set(token, child)
      }
      node = child
    }
    node.write = write
  }
}

interface Node {
  write: OpenWrite | undefined
  children: Map<string, Node> | undefined
}
