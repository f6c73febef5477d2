import { type CoreErrorCode, coreError } from "@syncline/core"
import { hasIndexedDb, type IdbDatabase, type IdbTransaction, openIdb } from "./idb-driver.ts"
import { idbFailure } from "./idb-failure.ts"

/** What a database of ours is, and what is done to one that is older. */
export interface DatabaseKind {
  /** For messages: `IndexedDB store`. */
  readonly title: string
  /** The object store that no database of anybody else has. */
  readonly marker: string
  readonly version: number
  /** With which a database of somebody else is refused. Default `store-foreign`. */
  readonly foreignCode?: CoreErrorCode
  /** Takes a database from one version (0: it is new) to another, in the transaction of the upgrade. */
  upgrade(database: IdbDatabase, from: number, to: number, transaction: IdbTransaction): void
}

/** What a connection's owner hears of. */
export interface ConnectionEvents {
  /** Somebody deletes or upgrades the database and waits for this connection: let go. */
  onBlocking(): void
  /** The browser closed the connection: storage was cleared or evicted, or its files failed. */
  onVanished(): void
}

/** How long another tab may keep us from upgrading a database. Well-behaved ones let go at once. */
const blockedTimeoutMs = 5000

/**
 * Opens a database of ours, making or upgrading it.
 *
 * @throws SynclineError `store-foreign`, `store-newer`, `store-locked` when other tabs do not let go, `store-failed`.
 */
export async function openDatabase(
  name: string,
  kind: DatabaseKind,
  events: ConnectionEvents
): Promise<IdbDatabase> {
  try {
    const database = await openAsIs(name, kind, events)
    const { version } = database
    if (version === kind.version) return database
    database.close()
    if (version > kind.version) throw newer(name, kind, version)
    return await openVersion(name, kind.version, kind, events)
  } catch (cause) {
    throw idbFailure(cause, `opening the ${kind.title} ${name}`)
  }
}

/**
 * Opens a database of ours at the version it has, or makes it with version 1. Nothing else is asked of a database that
 * may be somebody else's: a request for a version would close the connections of whom it belongs to.
 */
export async function openAsIs(
  name: string,
  kind: DatabaseKind,
  events: ConnectionEvents
): Promise<IdbDatabase> {
  if (!hasIndexedDb())
    throw coreError("store-failed", `there is no IndexedDB here to open ${name}; in Node, use SQLite`, {
      details: { name }
    })
  const database = await openVersion(name, undefined, kind, events)
  if (isOurs(database, kind)) return database
  database.close()
  throw foreign(name, kind)
}

function isOurs(database: IdbDatabase, { marker }: DatabaseKind): boolean {
  return [...database.objectStoreNames].includes(marker)
}

/** One attempt at a version. If it is blocked for too long, whatever comes of it later is closed at once. */
export function openVersion(
  name: string,
  version: number | undefined,
  kind: DatabaseKind,
  events: ConnectionEvents
): Promise<IdbDatabase> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isGivenUp = false
    const giveUp = () => {
      isGivenUp = true
      reject(
        coreError(
          "store-locked",
          `other tabs keep the ${kind.title} ${name} open and it cannot be upgraded; close them, or reload them`,
          { details: { name } }
        )
      )
    }
    openIdb(name, version, {
      // Also where no version was asked for: a database that was not there is then made, with version 1.
      upgrade: (database, from, to, transaction) => kind.upgrade(database, from, to, transaction),
      blocked: () => {
        timer ??= setTimeout(giveUp, blockedTimeoutMs)
      },
      blocking: () => events.onBlocking(),
      terminated: () => events.onVanished()
    })
      .then(database => (isGivenUp ? database.close() : resolve(database)), reject)
      .finally(() => clearTimeout(timer))
  })
}

function foreign(name: string, { title, foreignCode = "store-foreign" }: DatabaseKind): Error {
  return coreError(
    foreignCode,
    `the database ${name} was made by something else than a Syncline ${title}; choose another name`,
    { details: { name } }
  )
}

function newer(name: string, { title, version }: DatabaseKind, found: number): Error {
  return coreError(
    "store-newer",
    `the ${title} ${name} has schema ${found} and this Syncline knows up to ${version}; reload the page for the newer one`,
    { details: { name, version: found } }
  )
}
