// What a page does that binds editors to documents: two replicas side by side, each with a CodeMirror and a ProseMirror.
import { automergeSyncPlugin } from "@automerge/automerge-codemirror"
import { init } from "@automerge/prosemirror"
import { EditorState as CodeState } from "@codemirror/state"
import { EditorView as CodeView } from "@codemirror/view"
import {
  collection,
  type Document,
  memoryStore,
  memoryTransport,
  openReplica,
  type Replica,
  silentLogger,
  text
} from "@syncline/core"
import { type AutomergeNative, automerge } from "@syncline/core/automerge"
import { EditorState } from "prosemirror-state"
import { EditorView } from "prosemirror-view"

/** What is used of an element here; nothing else of the project needs the types of browsers. */
interface Place {
  id: string
}

declare const window: {
  readonly document: {
    createElement(name: "div"): Place
    readonly body: { appendChild(element: Place): Place }
  }
}

interface Page {
  code: string
  prose: string
}

/** One replica, its document, and the editors bound to it. */
interface Desk {
  readonly replica: Replica
  readonly document: Document<Page>
  readonly code: CodeView
  readonly prose: EditorView
}

/** What a test asks of a desk. */
export interface DeskReport {
  readonly value: Page
  readonly commits: number
  /** What the editors show. */
  readonly code: string
  readonly prose: string
}

/** What the test calls. */
export interface EditorsPage {
  open(): Promise<void>
  report(desk: number): DeskReport
  /** Changes a document as an application does, not through an editor. */
  change(desk: number, code: string): void
  link(): Promise<void>
  close(): Promise<void>
}

const pages = collection<Page>("pages", { fields: { code: text(), prose: text() } })
const desks: Desk[] = []

async function openDesk(at: number): Promise<Desk> {
  const ports = { logger: silentLogger }
  const replica = await openReplica({
    store: memoryStore(),
    engine: automerge(),
    collections: [pages],
    ports
  })
  const document = await replica.load(pages, "1")
  document.ensureContainer("code")
  document.ensureContainer("prose")
  const native = document.native as AutomergeNative
  const plugin = automergeSyncPlugin({ handle: native, path: ["code"] })
  const code = new CodeView({
    state: CodeState.create({ doc: document.value.code, extensions: [plugin] }),
    parent: place(`code-${at}`)
  })
  const binding = init(native, ["prose"])
  const state = EditorState.create({ schema: binding.schema, doc: binding.pmDoc, plugins: [binding.plugin] })
  return { replica, document, code, prose: new EditorView(place(`prose-${at}`), { state }) }
}

function place(id: string): Place {
  const element = window.document.createElement("div")
  element.id = id
  return window.document.body.appendChild(element)
}

function deskAt(at: number): Desk {
  const desk = desks[at]
  if (desk === undefined) throw new RangeError(`there is no desk ${at}`)
  return desk
}

const page: EditorsPage = {
  open: async () => {
    for (const at of [0, 1]) desks.push(await openDesk(at))
  },
  report: at => {
    const { document, code, prose } = deskAt(at)
    return {
      value: { code: document.value.code, prose: document.value.prose },
      commits: document.version.height,
      code: code.state.doc.toString(),
      prose: prose.state.doc.textContent
    }
  },
  change: (at, code) => void deskAt(at).document.text("code").insert(0, code),
  link: async () => {
    const [server, client] = [deskAt(0).replica, deskAt(1).replica]
    const transport = memoryTransport(client.host.ports.timers, connection => void server.accept(connection))
    const link = client.connect(transport)
    await link.synced()
  },
  close: async () => {
    for (const { replica } of desks) await replica.close()
  }
}

Object.assign(globalThis, { page })
