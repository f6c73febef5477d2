import { BloomFilter } from "@syncline/diff/bloom"
import type { Coverage } from "./coverage.ts"
import { documentIds, recordIds } from "./ids-of-both.ts"
import type { SinkLook } from "./sink-look.ts"

const defaultRate = 0.01

/** So many more records than documents make the filter of the records worse than what was asked for. */
const tolerated = 1.02

/**
 * Asks of each record whether a document is there, and of each document whether a record is, by Bloom filters of the ids.
 * Records come in any order and are read once, without contents; memory is some ten bits for each id. What a filter says is
 * not there is certainly not, and is looked at wholly; what it takes for something there is overlooked.
 */
export async function verifyBloom(look: SinkLook, rate: number = defaultRate): Promise<Coverage> {
  return new BloomOfBoth(look, rate).run()
}

/** One verification by filters. */
class BloomOfBoth {
  readonly #look: SinkLook
  readonly #rate: number
  /** Unknown to whoever writes to the sink, who could otherwise choose ids that are overlooked. */
  readonly #key: Uint8Array
  readonly #encoder = new TextEncoder()
  #compared = 0
  #documents = 0
  readonly #checked = (): number => this.#compared

  constructor(look: SinkLook, rate: number) {
    this.#look = look
    this.#rate = rate
    this.#key = look.source.ports.random.bytes(16)
  }

  async run(): Promise<Coverage> {
    for await (const ids of documentIds(this.#look, this.#checked)) this.#documents += ids.length
    const documents = this.#filterFor(this.#documents)
    for await (const ids of documentIds(this.#look, this.#checked)) this.#add(documents, ids)
    let records = this.#filterFor(this.#documents)
    const count = await this.#suspect(documents, recordIds(this.#look, this.#checked), records)
    if (count > this.#documents * tolerated) {
      records = this.#filterFor(count)
      for await (const ids of recordIds(this.#look, this.#checked)) this.#add(records, ids)
    }
    await this.#suspect(records, documentIds(this.#look, this.#checked))
    const reached = Math.max(documents.currentRate(), records.currentRate())
    return { kind: "bloom", documents: this.#documents, records: count, rate: reached }
  }

  /** Looks again at ids that are not in the filter, and adds all of them to another; says how many ids there were. */
  async #suspect(
    filter: BloomFilter,
    pages: AsyncIterable<readonly string[]>,
    into?: BloomFilter
  ): Promise<number> {
    let count = 0
    for await (const ids of pages) {
      count += ids.length
      this.#compared += ids.length
      if (into !== undefined) this.#add(into, ids)
      await this.#look.secondLook.at(ids.filter(id => !filter.has(this.#encoder.encode(id))))
    }
    return count
  }

  #filterFor(count: number): BloomFilter {
    return new BloomFilter(this.#key, { capacity: Math.max(1, count), rate: this.#rate })
  }

  #add(filter: BloomFilter, ids: readonly string[]): void {
    for (const id of ids) filter.add(this.#encoder.encode(id))
  }
}
