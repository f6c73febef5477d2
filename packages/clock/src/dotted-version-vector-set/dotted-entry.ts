import type { ActorId } from "../actor/actor-id.ts"

/**
 * What a {@link DottedVersionVectorSet} knows of one actor: events 1 to `seq`, of which the last `values.length` still
 * have their value, newest first. So `values[i]` is the value of dot `(actor, seq - i)`, and no dot is stored.
 */
export interface DottedEntry<V> {
  readonly actor: ActorId
  readonly seq: number
  readonly values: readonly V[]
}

/**
 * The join of what two sets know of one actor: a value survives unless one side knows its dot and no longer has it.
 * Each side knows the dots up to its `seq` and has those above `seq - values.length`.
 */
export function joinEntries<V>(a: DottedEntry<V>, b: DottedEntry<V>): DottedEntry<V> {
  const high = a.seq >= b.seq ? a : b
  const overwritten = Math.max(a.seq - a.values.length, b.seq - b.values.length)
  const kept = high.seq - overwritten
  return kept >= high.values.length
    ? high
    : { actor: high.actor, seq: high.seq, values: high.values.slice(0, kept) }
}
