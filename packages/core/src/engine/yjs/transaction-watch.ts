import * as Y from "yjs"
import { coreError } from "../../errors/core-error.ts"
import { firstOrdinaryIdentity } from "../genesis-identity.ts"
import { addChanged, type ChangedTypes, shareChanged } from "./changed-paths.ts"
import { hearFirst } from "./hear-first.ts"
import { makeWellFormed, newContent } from "./new-content.ts"
import { addTouchedGeneses } from "./touched-geneses.ts"
import {
  forgetMarkers,
  isBusy,
  isOpen,
  itemOfSubdocument,
  memberItem,
  skipFormattingCleanup
} from "./yjs-internals.ts"

/** Origin of transactions that load geneses. */
export const genesisOrigin: unique symbol = Symbol("syncline genesis")

/** Origin of transactions that integrate what others made. */
export const remoteOrigin: unique symbol = Symbol("syncline remote")

/** Origin of transactions made by `EngineDocument.change`. */
export const changeOrigin: unique symbol = Symbol("syncline change")

/** What local transactions did between two moments at which nobody was writing. */
export interface LocalWork {
  readonly updates: Uint8Array[]
  readonly changed: ChangedTypes
  /** Identities of the geneses it builds on. */
  readonly geneses: Set<number>
}

/** What a watch needs from the document it watches, and tells it. */
export interface WatchHost {
  /** The clientID local changes are made under. No getter: V8 would keep that of each document, and the document, until the next full collection. */
  identity(): number
  /** Gets what the application's listeners throw where throwing it would break Yjs. */
  readonly reportError: (error: unknown) => void
  /** A transaction changed these; called before any other observer. */
  onChanged(transaction: Y.Transaction): void
  /** Nobody is writing any more. Called only if there was local work. */
  onSettled(work: LocalWork): void
  /** A local transaction brought in content under a reserved identity: whether that is a genesis and nothing else. */
  admitsReserved(): boolean
}

/**
 * Follows the transactions of a `Y.Doc` and keeps four promises which Yjs does not:
 * - What belongs together is told once, when no observer is writing any more (an update fired earlier names a state
 *   that never existed for others).
 * - The clientID stays what it is. Yjs draws another when it reads own structs, as every reopened document does.
 * - Integrating remote text never writes. Yjs would remove redundant formatting marks afterwards, so that a mere reader
 *   makes changes; the marks are without effect and stay.
 * - Subdocuments do not get in. Their edits would be invisible, so they are deleted before anybody sees them, and the
 *   transaction that put them in throws `subdocument-unsupported` once it has ended.
 * - Nor does content under a reserved identity, as every second `Y.Doc` from elsewhere has it: the transaction throws
 *   `engine-identity-reserved`, and whoever holds the document is told to load it again.
 */
export class TransactionWatch {
  readonly #doc: Y.Doc
  readonly #host: WatchHost
  readonly #remoteChanged: ChangedTypes = new Map()
  readonly #collect = (update: Uint8Array): unknown => this.#work.updates.push(update)
  #work: LocalWork = emptyWork()
  /** A remote transaction that is passed off as local while Yjs decides about the clientID. */
  #disguised: Y.Transaction | undefined
  #refused = 0
  #reserved: number | undefined
  #isCollecting = false

  constructor(doc: Y.Doc, host: WatchHost) {
    this.#doc = doc
    this.#host = host
    hearFirst(doc, (event, subject) => this.#hear(event, subject), host.reportError)
  }

  /** Whether a transaction is open or its observers are being called. */
  get busy(): boolean {
    return isBusy(this.#doc)
  }

  /** Whether a transaction is open, so that what can be read is of no defined state. */
  get open(): boolean {
    return isOpen(this.#doc)
  }

  /** What remote transactions changed since the last call. */
  takeRemoteChanged(): ChangedTypes {
    const taken: ChangedTypes = new Map(this.#remoteChanged)
    this.#remoteChanged.clear()
    return taken
  }

  #hear(event: string, subject: unknown): void {
    switch (event) {
      case "beforeTransaction":
        return this.#keepIdentity()
      case "beforeObserverCalls":
        return this.#read(subject as Y.Transaction)
      case "afterTransaction":
        return this.#beforeCleanup(subject as Y.Transaction)
      case "afterTransactionCleanup":
        return this.#afterCleanup(subject as Y.Transaction)
      case "afterAllTransactions":
        return this.#settle()
    }
  }

  #keepIdentity(): void {
    const identity = this.#host.identity()
    if (this.#doc.clientID !== identity) this.#doc.clientID = identity
  }

  #read(transaction: Y.Transaction): void {
    for (const subdocument of transaction.subdocsAdded) this.#refuse(transaction, subdocument)
    this.#host.onChanged(transaction)
    if (transaction.origin === remoteOrigin) return addChanged(this.#remoteChanged, transaction)
    if (transaction.origin === genesisOrigin) return addDisplaced(this.#remoteChanged, transaction)
    if (transaction.origin !== changeOrigin) this.#checkNative(transaction)
    shareChanged(this.#work.changed, transaction)
    addTouchedGeneses(this.#work.geneses, transaction)
  }

  /** Deletes it within the transaction that added it, so that its update does not even name it. */
  #refuse(transaction: Y.Transaction, subdocument: Y.Doc): void {
    const item = itemOfSubdocument(subdocument)
    if (item === null) return
    this.#refused++
    item.delete(transaction)
    // Positions cached by Yjs count the deleted element.
    const parent = item.parent
    if (parent instanceof Y.AbstractType) forgetMarkers(parent)
  }

  #checkNative(transaction: Y.Transaction): void {
    for (const [client, struct] of newContent(transaction)) {
      if (client < firstOrdinaryIdentity) this.#reserved = client
      makeWellFormed(struct)
    }
  }

  #beforeCleanup(transaction: Y.Transaction): void {
    if (transaction.local) return
    skipFormattingCleanup(transaction)
    const identity = this.#host.identity()
    // Yjs rotates the clientID, with a message on the console, after a remote transaction that grew its own structs.
    // It is told that this one was local while it decides.
    if (transaction.afterState.get(identity) === transaction.beforeState.get(identity)) return
    transaction.local = true
    this.#disguised = transaction
  }

  #afterCleanup(transaction: Y.Transaction): void {
    if (this.#disguised === transaction) transaction.local = false
    this.#disguised = undefined
    this.#keepIdentity()
    // Yjs encodes an update for every transaction somebody listens to. What came from elsewhere is encoded already.
    const isCollecting = !isForeign(transaction.origin)
    if (isCollecting === this.#isCollecting) return
    this.#isCollecting = isCollecting
    if (isCollecting) this.#doc.on("update", this.#collect)
    else this.#doc.off("update", this.#collect)
  }

  #settle(): void {
    const work = this.#work
    const refused = this.#refused
    const reserved = this.#reserved
    this.#reserved = undefined
    this.#work = emptyWork()
    this.#refused = 0
    if (reserved !== undefined && !this.#host.admitsReserved()) throw reservedError(reserved)
    if (work.updates.length > 0) this.#host.onSettled(work)
    if (refused > 0)
      throw coreError(
        "subdocument-unsupported",
        "a Y.Doc was put into the document; its edits would be invisible, so it was removed again. Link to another document by its id instead"
      )
  }
}

function reservedError(client: number): Error {
  return coreError(
    "engine-identity-reserved",
    `content of the clientID ${client} came in through the native document; clientIDs below 2³¹ are reserved, and no replica would take it. Build it anew with change(), or from a Y.Doc with a higher clientID`
  )
}

function isForeign(origin: unknown): boolean {
  return origin === remoteOrigin || origin === genesisOrigin
}

/** A genesis changes no value, as it was shown before; unless the key already holds something of another shape. */
function addDisplaced(into: ChangedTypes, transaction: Y.Transaction): void {
  for (const [type, keys] of transaction.changed) {
    const contested = [...keys].filter(key => {
      const item = key === null ? undefined : memberItem(type, key)
      return item !== undefined && item.left !== null
    })
    if (contested.length > 0) into.set(type, new Set([...(into.get(type) ?? []), ...contested]))
  }
}

function emptyWork(): LocalWork {
  return { updates: [], changed: new Map(), geneses: new Set() }
}
