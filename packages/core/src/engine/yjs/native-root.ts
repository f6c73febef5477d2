import * as Y from "yjs"
import { coreError } from "../../errors/core-error.ts"
import { rootName } from "./genesis.ts"

/** What `doc.native` is for documents of this engine. */
export type YjsNative = Y.Doc

/**
 * The map that holds a document, from `doc.native`: `nativeRoot(doc.native).get("body")` is the `Y.Text` to bind an
 * editor to, once something uses it.
 *
 * @throws SynclineError `engine-unknown` when the document is of another engine.
 */
export function nativeRoot(native: unknown): Y.Map<unknown> {
  if (native instanceof Y.Doc) return native.getMap(rootName)
  throw coreError("engine-unknown", "this is no document of the Yjs engine, or of another copy of yjs")
}
