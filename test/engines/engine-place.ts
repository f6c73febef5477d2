import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sqliteStore } from "@syncline/adapters/sqlite"
import {
  collection,
  type Collection,
  type Document,
  type Engine,
  type Link,
  type LinkProblem,
  list,
  map,
  memoryStore,
  memoryTransport,
  openReplica,
  type Replica,
  type ReplicaOptions,
  silentLogger,
  type Store,
  text
} from "@syncline/core"
import { automerge } from "@syncline/core/automerge"
import { yjs } from "@syncline/core/yjs"
import { onTestFinished } from "vitest"

/** What both collections hold. */
export interface Page {
  title?: string
  votes?: number
  body: string
  tags: string[]
  meta: { note: string }
}

/** A collection of pages, in an engine of its own if one is given. */
export function pagesIn(name: string, engine?: Engine): Collection<Page> {
  const fields = { body: text(), tags: list(), meta: map({ note: text() }) }
  return collection<Page>(name, engine === undefined ? { fields } : { fields, engine })
}

/** One collection in each engine. */
export const drafts: Collection<Page> = pagesIn("drafts")
export const plans: Collection<Page> = pagesIn("plans", automerge())

/** Makes stores that can be opened again, gone when the test has ended. */
export const storeMakers: readonly (readonly [string, () => () => Store])[] = [
  [
    "memory",
    () => {
      const store = memoryStore()
      return () => store
    }
  ],
  [
    "sqlite",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "syncline-engines-"))
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
      return () => sqliteStore(join(folder, "pages.db"), { stateDirectory: join(folder, "state") })
    }
  ]
]

/** Opens a replica with Yjs as its engine and both collections, closed when the test has ended. */
export async function openHere(options: Partial<ReplicaOptions> = {}): Promise<Replica> {
  const replica = await openReplica({
    store: memoryStore(),
    engine: yjs(),
    collections: [drafts, plans],
    ports: { logger: silentLogger },
    ...options
  })
  onTestFinished(() => replica.close())
  return replica
}

/** A link, and what was refused on it. */
export interface WatchedLink {
  readonly link: Link
  readonly refused: Extract<LinkProblem, { readonly kind: "rejected" }>[]
}

/** Links two replicas. */
export function linkTo(server: Replica, client: Replica): WatchedLink {
  const { timers } = client.host.ports
  const transport = memoryTransport(timers, connection => void server.accept(connection))
  const link = client.connect(transport, { backoff: { baseMs: 1, maxMs: 1 } })
  const refused: WatchedLink["refused"] = []
  link.onProblem(problem => {
    if (problem.kind === "rejected") refused.push(problem)
  })
  return { link, refused }
}

/** Syncs two replicas once. */
export async function syncOnce(server: Replica, client: Replica): Promise<void> {
  const { link } = linkTo(server, client)
  await link.synced()
  link.close()
  await link.closed
}

/** Values and heights of one document of each collection. */
export async function pagesOf(replica: Replica): Promise<unknown> {
  const documents = await Promise.all([replica.load(drafts, "1"), replica.load(plans, "1")])
  return documents.map(({ value, version }) => [value, version.height])
}

/** Writes to one document of each collection, and waits until it is durable. */
export async function writePages(
  replica: Replica,
  word: string,
  collections: readonly Collection<Page>[] = [drafts, plans]
): Promise<void> {
  for (const pages of collections) {
    const document = await replica.load(pages, "1")
    void document.change(draft => {
      draft.title = word
      draft.tags.push(word)
      draft.meta.note += word
    })
    await document.text("body").insert(0, word).durable
  }
}

/** The engines there are, by name. */
export const both: readonly (readonly [string, () => Engine])[] = [
  ["yjs", yjs],
  ["automerge", automerge]
]

/** Two replicas that hold one document. */
export interface Two<Value extends object = Page> {
  readonly replicas: readonly [Replica, Replica]
  readonly documents: readonly [Document<Value>, Document<Value>]
  readonly sync: () => Promise<void>
}

/** Two replicas that hold one document of a collection, equal after the first change. */
export async function openTwoOf<Value extends object>(
  pages: Collection<Value>,
  start: (document: Document<Value>) => unknown = () => {}
): Promise<Two<Value>> {
  const open = (): Promise<Replica> => openHere({ collections: [pages] })
  const replicas = [await open(), await open()] as const
  const documents = [await replicas[0].load(pages, "1"), await replicas[1].load(pages, "1")] as const
  const sync = (): Promise<void> => syncOnce(...replicas)
  start(documents[0])
  await sync()
  return { replicas, documents, sync }
}

/** {@link openTwoOf} pages in an engine. */
export function openTwo(engine: Engine, start: (document: Document<Page>) => unknown): Promise<Two> {
  return openTwoOf(pagesIn("pages", engine), start)
}
