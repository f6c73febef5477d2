import fc from "fast-check"

const traps = [
  "__proto__",
  "__proto_",
  "constructor",
  "toJSON",
  "",
  "\0m",
  "\0e",
  "\0s",
  "\ufeff",
  "\ud800",
  "\0z"
]

/** Texts of any code units, often ones that encoders lose. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "grapheme-ascii" }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map(units => String.fromCharCode(...units)),
  fc.constantFrom(...traps),
  fc.tuple(fc.constantFrom(...traps), fc.string({ maxLength: 90 })).map(parts => parts.join(""))
)

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, 2 ** 32, -(2 ** 31) - 1)
)

// Traps are in the kinds of things and how they nest, not in how many there are.
const few = { maxLength: 5 }

const scalar = fc.oneof(anyText, number, fc.boolean(), fc.constant(null))

/** JSON values, with traps for names and texts. */
export const anyJson: fc.Arbitrary<unknown> = values(scalar, () => [])

/** Everything that `pack` packs. */
export const packable: fc.Arbitrary<unknown> = values(
  fc.oneof(scalar, fc.bigInt(), fc.constant(undefined), fc.uint8Array(), fc.date({ noInvalidDate: false })),
  inner => [
    fc.array(fc.tuple(inner, inner), few).map(entries => new Map(entries)),
    fc.array(inner, few).map(elements => new Set(elements))
  ]
)

function values(
  leaf: fc.Arbitrary<unknown>,
  more: (inner: fc.Arbitrary<unknown>) => fc.Arbitrary<unknown>[]
): fc.Arbitrary<unknown> {
  return fc.letrec(tie => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc.array(tie("value"), few),
      fc.dictionary(anyText, tie("value"), { noNullPrototype: true, maxKeys: 5 }),
      ...more(tie("value"))
    )
  })).value
}
