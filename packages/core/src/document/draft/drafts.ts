import type { Path } from "../json.ts"
import { type DraftNode, isNode, type ListNode, type MapNode, type Member, pathOf } from "./draft-node.ts"
import { freshMember } from "./fresh-member.ts"
import type { Recorder } from "./recorder.ts"

/** Makes the object an application sees for a container. */
export interface DraftMaker {
  map(drafts: Drafts, node: MapNode): object
  list(drafts: Drafts, node: ListNode): object
}

/** From a draft object to its edit, also when the edit has ended: then it says so. */
const nodes = new WeakMap<object, { readonly drafts: Drafts; readonly node: MapNode | ListNode }>()

/** The draft objects of one edit: one for each container, so that they can be compared with `===`. */
export class Drafts {
  readonly recorder: Recorder
  readonly #maker: DraftMaker
  readonly #drafts = new Map<DraftNode, object>()

  constructor(recorder: Recorder, maker: DraftMaker) {
    this.recorder = recorder
    this.#maker = maker
  }

  /** What an application sees of a member: drafts for maps and lists, strings for texts, numbers for counters, all else as it is. */
  show(member: Member | undefined): unknown {
    if (!isNode(member)) return member
    if (member.kind === "counter") return member.value
    return member.kind === "text" ? member.text : this.draftOf(member)
  }

  /** The draft of a map or list. */
  draftOf(node: MapNode | ListNode): object {
    const known = this.#drafts.get(node)
    if (known !== undefined) return known
    const draft = node.kind === "map" ? this.#maker.map(this, node) : this.#maker.list(this, node)
    this.#drafts.set(node, draft)
    nodes.set(draft, { drafts: this, node })
    return draft
  }

  /** Copies what an application assigns into a container. */
  read(input: unknown, into: DraftNode, step: string | number): Member {
    // What needs no copy needs no place that an error could name.
    if (input === null || typeof input === "boolean" || typeof input === "string") return input
    if (typeof input === "number" && Number.isFinite(input)) return input + 0
    return this.#copy(input, into, step)
  }

  // Apart, as whoever has a closure in it pays for what that closes over, made or not.
  #copy(input: unknown, into: DraftNode, step: string | number): Member {
    const where = (): Path => [...(pathOf(into, this.recorder.root) ?? []), step]
    return freshMember(this.recorder, nodeOfDraft, input, where)
  }
}

/** The container behind a draft object of any edit that still runs. @throws SynclineError `draft-invalid`. */
export function nodeOfDraft(draft: object): MapNode | ListNode | undefined {
  const found = nodes.get(draft)
  found?.drafts.recorder.mustRun()
  return found?.node
}

/** The edit a draft object belongs to. */
export function draftsOf(draft: object): Drafts | undefined {
  return nodes.get(draft)?.drafts
}
