import type { Version } from "../commit/version.ts"
import type { JsonObject } from "../document/json.ts"
import { Document } from "../replica/document.ts"
import type { TestCore } from "./core-fixture.ts"

/** What a document held at a moment, as its live value showed it. */
export interface SeenState {
  readonly version: Version
  readonly value: JsonObject
  readonly deleted: boolean
}

/** The document that tests use, with its public face. */
export async function documentOf(replica: TestCore): Promise<Document> {
  return new Document(replica.core, await replica.load(), async () => {})
}

/** Reads the live document. */
export async function seeNow(replica: TestCore): Promise<SeenState> {
  const { version, value, deleted } = await documentOf(replica)
  return { version, value, deleted }
}
