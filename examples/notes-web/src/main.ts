// Notes in a browser: each tab has its own replica in IndexedDB, one of them talks to the server.
import { indexedDbStore } from "@syncline/adapters/indexeddb"
import { openTab } from "@syncline/adapters/tabs"
import { webSocketTransport } from "@syncline/adapters/websocket"
import { openReplica } from "@syncline/core"
import { presence } from "@syncline/core/presence"
import { yjs } from "@syncline/core/yjs"
import { Badge } from "./badge.ts"
import { keepForOffline } from "./keep-for-offline.ts"
import { NoteEditor } from "./note-editor.ts"
import { NoteList } from "./note-list.ts"
import { notes } from "./notes.ts"
import { People } from "./people.ts"
import { place } from "./place.ts"

const server = new URL("/sync", location.href)
server.protocol = server.protocol === "https:" ? "wss:" : "ws:"

const tab = await openTab("notes", {
  open: store =>
    openReplica({
      store: indexedDbStore(store),
      engine: yjs(),
      collections: [notes],
      presence: presence()
    }),
  connect: replica => [replica.connect(webSocketTransport(server.href))],
  stored: async () => (await indexedDB.databases()).flatMap(({ name }) => name ?? []),
  onError: error => console.warn(error)
})

const people = new People(tab.replica.presence, place("people"))
const editor = new NoteEditor(tab.replica, { title: place("title", HTMLInputElement), body: place("body") })
const list = new NoteList(tab.replica, place("list"), async id => {
  await editor.show(id)
  people.look(id)
  list.mark(id)
})
const badge = new Badge(tab, place("badge"))
badge.show()
await list.show()

place("new").addEventListener("click", () => void list.create())
addEventListener("online", () => {
  for (const link of tab.replica.links) link.retryNow()
})
await keepForOffline()
// For the console, and for tests.
Object.assign(window, { tab })
