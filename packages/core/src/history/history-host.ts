import type { HlcStamp } from "@syncline/clock"
import type { DocumentId } from "../document/document-id.ts"
import type { DocumentSetup } from "../replica/document-loader.ts"
import type { StoreSession } from "../store/store.ts"

/** What history needs of the replica around it. */
export interface HistoryHost {
  readonly session: StoreSession
  /** Lets everybody else have a turn. */
  readonly giveWay: () => Promise<void>
  /** How documents of this collection are made. */
  readonly setupOf: (id: DocumentId) => DocumentSetup
  /** Whether the clock lets itself be moved by a stamp. */
  readonly trusts: (stamp: HlcStamp) => boolean
  /** @throws SynclineError `replica-closed` */
  readonly assertOpen: () => void
}
