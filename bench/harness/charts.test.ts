import { expect, test } from "vitest"
import { barChart } from "./bar-chart.ts"
import { decadesAround, logarithmicShare } from "./chart-svg.ts"
import { lineChart } from "./line-chart.ts"

test("an axis goes from the power of ten below the least value to the one above the greatest", () => {
  expect(decadesAround([3, undefined, 250, 0])).toEqual([1, 10, 100, 1000])
  expect(decadesAround([10])).toEqual([10, 100])
})

test("a tenfold value is a decade further, one below the axis at its foot", () => {
  const ticks = [1, 10, 100]
  expect([0.1, 1, 10, 100].map(value => logarithmicShare(ticks, value))).toEqual([0, 0, 0.5, 1])
})

test("a line goes through its points, higher values higher up", () => {
  const points = [
    { x: 10, y: 1 },
    { x: 100, y: 10 }
  ]
  const svg = lineChart({ title: "t", x: "documents", y: "B", series: [{ name: "ours", points }] })
  expect(svg).toContain('<polyline points="90,390 730,70"')
})

test("names are text, not markup", () => {
  const chart = { title: "a < b", x: "x", y: "y", series: [{ name: "<b>", points: [{ x: 1, y: 1 }] }] }
  expect(lineChart(chart)).not.toContain("<b>")
})

test("a tool that failed has no bar", () => {
  const groups = [{ label: "input", values: [10, undefined] }]
  expect(barChart({ title: "t", unit: "B", series: ["a", "b"], groups }).match(/height="8"/g)).toHaveLength(1)
})
