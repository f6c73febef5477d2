import type { ProjectionSource } from "./projection-source.ts"

/** Where it is kept, by sink, which defaults its records were made with. */
const space = "projection-defaults"

/** Whether a sink's records were made with other defaults of registers than documents show now. */
export async function hasOtherDefaults(source: ProjectionSource, sink: string): Promise<boolean> {
  const bytes = await source.readValue(space, sink)
  return (bytes === undefined ? "" : new TextDecoder().decode(bytes)) !== (source.defaults ?? "")
}

/** Remembers with which defaults a sink's records are made from now on. */
export async function keepDefaults(source: ProjectionSource, sink: string): Promise<void> {
  const value = new TextEncoder().encode(source.defaults ?? "")
  await source.writeValues([{ space, key: sink, value }])
}
