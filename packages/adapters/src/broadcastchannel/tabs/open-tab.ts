import { coreError, type Link, type Replica, systemPorts, type TimerPort } from "@syncline/core"
import { randomName } from "../../posted/posted-message.ts"
import { type BroadcastChannelConstructor, platformBroadcastChannel } from "../broadcast-channel-like.ts"
import { type LockManagerLike, platformLocks } from "./lock-manager-like.ts"
import { addressOf, Tab } from "./tab.ts"
import { leaveSlot, TabSlots } from "./tab-slots.ts"

/** How tabs share documents, and who talks to the outside. */
export interface TabOptions {
  /**
   * Opens the replica whose store has this name: `store => openReplica({ store: indexedDbStore(store), … })`. Also called by the
   * leading tab, for stores that tabs left behind; these replicas are closed again. Sinks are each store's own: name them
   * after it, or let all share one by its lease.
   */
  readonly open: (store: string) => Promise<Replica>
  /** Called in the tab that leads, once: `replica => [replica.connect(webSocketTransport(url))]`. Its links are closed with the tab. */
  readonly connect?: (replica: Replica) => readonly Link[]
  /**
   * Names of the stores there are on this device: `async () => (await indexedDB.databases()).flatMap(({ name }) => name ?? [])`. Without it,
   * what a closed tab left unsynced is brought over only when its store is used again.
   */
  readonly stored?: () => Promise<readonly string[]>
  /** Hears what goes wrong beside, and what `connect` and listeners throw. Default: nobody. */
  readonly onError?: (error: unknown) => void
  /** Stores that are tried, at most 1,000. Default 32. */
  readonly maxTabs?: number
  /** A tab that does not answer a call for this long is gone. Default 5 s. */
  readonly answerTimeoutMs?: number
  /** The store of a tab that is gone is left alone for so long: a page that is reloaded takes it again. Default 2 s. */
  readonly returnMs?: number
  /** Default: the platform's. */
  readonly locks?: LockManagerLike
  /** Default: the platform's. */
  readonly broadcastChannel?: BroadcastChannelConstructor
  /** Default: the platform's. */
  readonly timers?: TimerPort
}

/**
 * Opens documents in one of several tabs (or windows, or workers) of an origin. Each tab has a replica on a store of its own, is linked to
 * all others, and so sees at once what is written in any of them. One leads: it owns the links that `connect` makes, and passes on what
 * the others write. When it closes or dies, the browser gives its lock to the next one, which connects.
 *
 * The first tab's store has `name`, those of tabs opened beside it `name~1`, `name~2`: a user with one tab has one store. A store
 * keeps its identity, and what it has is synced by the leader after its tab is gone, too. Tabs of different versions of an app
 * do no harm to each other: a store that only a newer one can read is left to it.
 *
 * For threads of Node: one that is terminated may keep its locks until the process ends, so close tabs there.
 *
 * @throws SynclineError `options-invalid`, `store-locked` where all stores are taken, `link-closed` where the platform lacks Web Locks or
 *   BroadcastChannel, and what `open` throws
 */
export async function openTab(name: string, options: TabOptions): Promise<Tab> {
  const maxTabs = options.maxTabs ?? 32
  if (typeof name !== "string" || name === "")
    throw coreError("options-invalid", 'tabs need a name that they share: openTab("notes", …)')
  if (/~[1-9]\d{0,3}$/.test(name))
    throw coreError(
      "options-invalid",
      `"${name}" would be a store of other tabs; choose a name without ~ and a number`
    )
  if (!Number.isInteger(maxTabs) || maxTabs < 1 || maxTabs > 1_000)
    throw coreError("options-invalid", `maxTabs is ${String(maxTabs)}; give a whole number from 1 to 1,000`)
  const { random, timers } = systemPorts()
  const locks = options.locks ?? platformLocks()
  const channelClass = options.broadcastChannel ?? platformBroadcastChannel()
  const slots = new TabSlots(name)
  const taken = await slots.take(locks, maxTabs, options.open)
  try {
    return new Tab({
      name,
      slots,
      taken,
      locks,
      channelClass,
      maxTabs,
      address: addressOf(taken.slot, randomName(random)),
      timers: options.timers ?? timers,
      open: options.open,
      connect: options.connect ?? (() => []),
      stored: options.stored ?? (async () => []),
      returnMs: options.returnMs ?? 2_000,
      answerTimeoutMs: options.answerTimeoutMs ?? 5_000,
      onError: error => tell(options.onError, error)
    })
  } catch (error) {
    await leaveSlot(taken)
    throw error
  }
}

/** Who hears of errors has no say in what is done about them. */
function tell(onError: TabOptions["onError"], error: unknown): void {
  try {
    onError?.(error)
  } catch {
    // There is nobody else to tell.
  }
}
