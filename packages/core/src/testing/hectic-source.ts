import type { SyntheticSource } from "./synthetic-source.ts"

/** A source that somebody writes to before and after each look at its documents, however quick all else is. */
export function hecticSource(source: SyntheticSource, write: () => void): SyntheticSource {
  const beside =
    <Given extends readonly unknown[], Result>(read: (...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      write()
      const result = await read(...given)
      write()
      return result
    }
  return Object.create(source, {
    scanHeads: { value: beside(source.scanHeads.bind(source)) },
    changedSince: { value: beside(source.changedSince.bind(source)) },
    loadHead: { value: beside(source.loadHead.bind(source)) },
    ports: { value: source.ports },
    epoch: { value: source.epoch },
    end: { get: () => source.end },
    digests: { value: beside(source.digests.bind(source)) },
    summarize: { value: source.summarize.bind(source) },
    readValue: { value: source.readValue.bind(source) },
    writeValues: { value: source.writeValues.bind(source) }
  }) as SyntheticSource
}
