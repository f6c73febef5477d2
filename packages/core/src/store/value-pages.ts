import type { StoreSession } from "./store.ts"

/** Small values, ascending by key. */
type ValuePage = readonly { readonly key: string; readonly value: Uint8Array }[]

/** Gives up to `limit` values after a key; fewer are the last. */
type ListValues = (after: string | undefined, limit: number) => Promise<ValuePage>

/** How the small values of one space are listed. */
export function valuesIn(session: StoreSession, space: string): ListValues {
  return (after, limit) => session.listValues({ space, limit, ...(after === undefined ? {} : { after }) })
}

/** All that a listing of small values gives, strictly after `from`, a page at a time: the next one is read when it is asked for. */
export async function* valuePages(
  list: ListValues,
  limit: number,
  from?: string
): AsyncGenerator<ValuePage, void, undefined> {
  for (let after = from; ; ) {
    const page = await list(after, limit)
    yield page
    if (page.length < limit) return
    after = page.at(-1)?.key
  }
}
