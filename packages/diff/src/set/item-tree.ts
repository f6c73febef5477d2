import { isBefore, type RangeBound } from "./range-bound.ts"
import { highWord, ID_BYTES, lowWord } from "./set-id.ts"

/** The members of a range, summed up: ids and the last 32 bits of their hashes by XOR, and how many there are. */
export interface RangeSum {
  high: number
  low: number
  check: number
  count: number
}

/** The sum of no members. */
export function emptySum(): RangeSum {
  return { high: 0, low: 0, check: 0, count: 0 }
}

// Per node: left, right, items below, XOR of ids (two words) and of hashes below, the item's own hash (two words).
const WORDS = 8
const LEFT = 0
const RIGHT = 1
const COUNT = 2
const HIGH = 3
const LOW = 4
const CHECK = 5
const HASH_HIGH = 6
const HASH_LOW = 7
const GROWTH = 1.5

/**
 * Ordered items, each some order bytes and an 8-byte id, in a treap whose nodes carry the sum of all below: adding,
 * removing, the sum of any range and the item of any rank in O(log n). Its shape follows from the items' keyed hashes, so
 * that nobody can unbalance it. 32 bytes and the item each, in flat arrays, and at most half as much again to spare.
 */
export class ItemTree {
  /** Bytes of an item. */
  readonly itemBytes: number
  #nodes = new Int32Array(16 * WORDS)
  #items: Uint8Array
  #root = 0
  #used = 0
  #free = 0

  constructor(itemBytes: number) {
    this.itemBytes = itemBytes
    this.#items = new Uint8Array(16 * itemBytes)
  }

  /** Number of items. */
  get size(): number {
    return this.#word(this.#root, COUNT)
  }

  /** Bytes held. */
  get byteLength(): number {
    return this.#nodes.byteLength + this.#items.byteLength
  }

  /** Adds an item that is not there, with its id's hash. */
  add(item: Uint8Array, hashHigh: number, hashLow: number): void {
    this.#root = this.#insert(this.#root, this.#make(item, hashHigh, hashLow), item)
  }

  /** Removes an item that is there. */
  delete(item: Uint8Array): void {
    this.#root = this.#remove(this.#root, item)
  }

  /** Whether the item is there. */
  has(item: Uint8Array): boolean {
    for (let node = this.#root; node !== 0; ) {
      const order = this.#compare(item, node)
      if (order === 0) return true
      node = this.#word(node, order < 0 ? LEFT : RIGHT)
    }
    return false
  }

  /** The sum of all items before a bound. */
  before(bound: RangeBound): RangeSum {
    const sum = emptySum()
    for (let node = this.#root; node !== 0; ) {
      const right = this.#word(node, RIGHT)
      if (!isBefore(this.#item(node), bound)) {
        node = this.#word(node, LEFT)
        continue
      }
      // The node and all on its left: all below it but what is on its right.
      sum.high ^= this.#word(node, HIGH) ^ this.#word(right, HIGH)
      sum.low ^= this.#word(node, LOW) ^ this.#word(right, LOW)
      sum.check ^= this.#word(node, CHECK) ^ this.#word(right, CHECK)
      sum.count += this.#word(node, COUNT) - this.#word(right, COUNT)
      node = right
    }
    return sum
  }

  /** The item with `rank` items before it; a view that lasts until the next change. */
  at(rank: number): Uint8Array {
    let node = this.#root
    let before = rank
    for (;;) {
      const left = this.#word(node, LEFT)
      const under = this.#word(left, COUNT)
      if (before === under || node === 0) return this.#item(node)
      if (before < under) node = left
      else {
        before -= under + 1
        node = this.#word(node, RIGHT)
      }
    }
  }

  #word(node: number, word: number): number {
    return this.#nodes[node * WORDS + word] ?? 0
  }

  #set(node: number, word: number, value: number): void {
    this.#nodes[node * WORDS + word] = value
  }

  #item(node: number): Uint8Array {
    return this.#items.subarray(node * this.itemBytes, (node + 1) * this.itemBytes)
  }

  #make(item: Uint8Array, hashHigh: number, hashLow: number): number {
    const node = this.#free === 0 ? ++this.#used : this.#free
    if (node === this.#free) this.#free = this.#word(node, LEFT)
    if ((node + 1) * WORDS > this.#nodes.length) this.#grow()
    this.#items.set(item, node * this.itemBytes)
    this.#nodes.fill(0, node * WORDS, (node + 1) * WORDS)
    this.#set(node, HASH_HIGH, hashHigh)
    this.#set(node, HASH_LOW, hashLow)
    this.#sum(node)
    return node
  }

  #grow(): void {
    const nodes = Math.ceil((this.#nodes.length / WORDS) * GROWTH)
    const [oldNodes, oldItems] = [this.#nodes, this.#items]
    this.#nodes = new Int32Array(nodes * WORDS)
    this.#nodes.set(oldNodes)
    this.#items = new Uint8Array(nodes * this.itemBytes)
    this.#items.set(oldItems)
  }

  #compare(item: Uint8Array, node: number): number {
    const start = node * this.itemBytes
    for (let i = 0; i < this.itemBytes; i++) {
      const order = (item[i] ?? 0) - (this.#items[start + i] ?? 0)
      if (order !== 0) return order
    }
    return 0
  }

  /** Whether `a` belongs above `b`. */
  #isAbove(a: number, b: number): boolean {
    const order = this.#word(a, HASH_HIGH) - this.#word(b, HASH_HIGH)
    return order === 0 ? this.#word(a, HASH_LOW) > this.#word(b, HASH_LOW) : order > 0
  }

  /** Brings a node's sums up to date with its children's. */
  #sum(node: number): void {
    const nodes = this.#nodes
    const id = (node + 1) * this.itemBytes - ID_BYTES
    const [left, right] = [this.#word(node, LEFT) * WORDS, this.#word(node, RIGHT) * WORDS]
    const at = node * WORDS
    nodes[at + COUNT] = (nodes[left + COUNT] ?? 0) + (nodes[right + COUNT] ?? 0) + 1
    nodes[at + HIGH] = (nodes[left + HIGH] ?? 0) ^ (nodes[right + HIGH] ?? 0) ^ highWord(this.#items, id)
    nodes[at + LOW] = (nodes[left + LOW] ?? 0) ^ (nodes[right + LOW] ?? 0) ^ lowWord(this.#items, id)
    nodes[at + CHECK] = (nodes[left + CHECK] ?? 0) ^ (nodes[right + CHECK] ?? 0) ^ (nodes[at + HASH_LOW] ?? 0)
  }

  #setChild(node: number, side: number, child: number): number {
    this.#set(node, side, child)
    this.#sum(node)
    return node
  }

  #insert(top: number, node: number, item: Uint8Array): number {
    if (top === 0) return node
    if (this.#isAbove(node, top)) {
      const [before, after] = this.#split(top, item)
      this.#set(node, LEFT, before)
      return this.#setChild(node, RIGHT, after)
    }
    const side = this.#compare(item, top) < 0 ? LEFT : RIGHT
    return this.#setChild(top, side, this.#insert(this.#word(top, side), node, item))
  }

  /** The nodes under `top` before an item and those after it. */
  #split(top: number, item: Uint8Array): [before: number, after: number] {
    if (top === 0) return [0, 0]
    if (this.#compare(item, top) < 0) {
      const [before, after] = this.#split(this.#word(top, LEFT), item)
      return [before, this.#setChild(top, LEFT, after)]
    }
    const [before, after] = this.#split(this.#word(top, RIGHT), item)
    return [this.#setChild(top, RIGHT, before), after]
  }

  #remove(top: number, item: Uint8Array): number {
    const order = this.#compare(item, top)
    if (order !== 0) {
      const side = order < 0 ? LEFT : RIGHT
      return this.#setChild(top, side, this.#remove(this.#word(top, side), item))
    }
    const joined = this.#join(this.#word(top, LEFT), this.#word(top, RIGHT))
    this.#set(top, LEFT, this.#free)
    this.#free = top
    return joined
  }

  /** One treap of two whose items come one after the other. */
  #join(before: number, after: number): number {
    if (before === 0 || after === 0) return before + after
    if (this.#isAbove(before, after)) {
      return this.#setChild(before, RIGHT, this.#join(this.#word(before, RIGHT), after))
    }
    return this.#setChild(after, LEFT, this.#join(before, this.#word(after, LEFT)))
  }
}
