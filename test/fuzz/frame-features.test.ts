import { expect, it } from "vitest"
import { frameCodes } from "../../packages/core/src/sync/frame-kinds.ts"
import { mustShow } from "./frame-features.ts"
import { recordedFrames } from "./recorded-frames.ts"

const frames = recordedFrames().map(({ frame }) => frame)

it("[FZ3] frames of every kind were recorded", () => {
  expect(new Set(frames.map(({ kind }) => kind))).toEqual(new Set(Object.keys(frameCodes)))
})

it.each(Object.keys(frameCodes))(
  "[FZ3] conversations without a %s frame are refused as what to fuzz with",
  kind => {
    expect(() => mustShow(frames.filter(frame => frame.kind !== kind))).toThrow(`have no ${kind} (`)
  }
)
