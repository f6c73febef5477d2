import type { Path } from "../document/json.ts"
import type { DurableDocument } from "./projection-source.ts"
import type { TableLayout } from "./table-layout.ts"
import type { MadeRows } from "./table-part.ts"

/** Where the cells of one table come from. */
export interface RowSource {
  /** Of each column in declared order: the path in a row's item, where it is read from one and nowhere else; `undefined` for what is computed. */
  readonly columns: readonly (Path | undefined)[]
}

/** Where the rows of a child table come from. */
export interface ChildSource extends RowSource {
  /** The list in the document's value whose elements are the items; `undefined` where it is computed. */
  readonly list: Path | undefined
}

/**
 * A declared table whose rows are read off a document's value, and its children: how to get from a cell back to the value.
 * A path is what a mapping function reads; whether the value there gives the cell is for each document to be looked at.
 */
export interface PlainTable extends RowSource {
  /** Index into the projection's tables; those of children follow. */
  readonly table: number
  /** Of the table and its children. */
  readonly layouts: readonly TableLayout[]
  readonly children: readonly ChildSource[]
  /**
   * The rows in these tables; 0 is the table itself.
   *
   * @throws SynclineError `projection-refused`
   */
  rowsOf(document: DurableDocument): MadeRows
}

/**
 * Which path a mapping function reads, if all it does is to read one: it is called with something that only notes what is read.
 * What it does with more than that, or with what else it is given, is computed.
 */
export function pathRead(
  read: (item: unknown, document: never, ordinal: never) => unknown
): Path | undefined {
  const paths = new WeakMap<object, Path>()
  const noted = (path: Path): object => {
    const one = new Proxy(nothing, {
      ...refusing,
      get: (_, key) => {
        // Conversions ask for symbols: whoever converts computes.
        if (typeof key === "symbol") throw new TypeError("a path was converted")
        return noted([...path, key])
      }
    })
    paths.set(one, path)
    return one
  }
  try {
    const given: unknown = read(noted([]), unreadable as never, unreadable as never)
    return typeof given === "object" && given !== null ? paths.get(given) : undefined
  } catch {
    return undefined
  }
}

function refuse(): never {
  throw new TypeError("a mapping function does more than read a path")
}

const nothing: object = {}

const refusing: ProxyHandler<object> = {
  get: refuse,
  has: refuse,
  ownKeys: refuse,
  getOwnPropertyDescriptor: refuse,
  getPrototypeOf: refuse
}

/** Refuses whatever is done to it. */
const unreadable: object = new Proxy(nothing, refusing)
