import { expect, test } from "vitest"
import { Version } from "../commit/version.ts"
import { parseDocumentId } from "../document/document-id.ts"
import { KeptDocuments } from "./kept-documents.ts"

const most = 5
const ids = Array.from({ length: 8 }, (_, i) => parseDocumentId(`notes/${i}`))
const digest = new Uint8Array(32)

test("[GR10] no more documents are kept apart than may be, and that there are more is told once", () => {
  const kept = new KeptDocuments(most)
  const told: number[] = []
  kept.onFull = count => told.push(count)
  for (const id of ids) kept.withhold(id)
  expect([...kept.unknown]).toEqual(ids.slice(0, most))
  for (const id of ids) kept.refuse(id)
  expect([kept.unknown.size, kept.shown.size, told]).toEqual([most, most, [most]])
})

test("[GR10] nor more bytes of ids, which the other side may choose: there is room again where some go", () => {
  const kept = new KeptDocuments(1_000)
  const told: number[] = []
  kept.onFull = count => told.push(count)
  const long = Array.from({ length: 1_000 }, (_, i) => parseDocumentId(`notes/${"x".repeat(480)}${i}`))
  for (const id of long) kept.refuse(id)
  const { size } = kept.shown
  expect([size > 300 && size < 340, told]).toEqual([true, [1_000]])
  for (const id of long) kept.release(id)
  for (const id of ids) kept.refuse(id)
  for (const id of long) kept.refuse(id)
  expect([kept.shown.size > 300, ids.every(id => kept.has(id))]).toEqual([true, true])
})

test("[GR5] what came of a document makes what was learned of it, or asked for, old", () => {
  const kept = new KeptDocuments(most)
  const [known, asked] = [parseDocumentId("notes/known"), parseDocumentId("notes/asked")]
  for (const id of [known, asked]) kept.withhold(id)
  kept.learn(known, { digest, version: Version.empty })
  kept.asked([asked])
  expect([[...kept.unknown], kept.isAsked(asked), kept.substitutes.get(known)]).toEqual([[], true, digest])
  for (const id of [known, asked]) kept.touch(id)
  expect([[...kept.unknown], kept.isAsked(asked), kept.substitutes.size]).toEqual([[known, asked], false, 0])
})

test("[GR7] under another grant nothing is remembered, and roots that relied on it are told to be stale", () => {
  const kept = new KeptDocuments(most)
  const [id = parseDocumentId("notes/1")] = ids
  expect([kept.begin("one"), kept.begin("one")]).toEqual([false, false])
  kept.refuse(id)
  kept.learn(id, undefined)
  expect([kept.begin("one"), kept.isRefused(id)]).toEqual([false, true])
  expect([kept.begin("two"), kept.isRefused(id), kept.shown.size]).toEqual([true, false, 0])
})

test("[GR4] a document is news once, however often it is learned how it stands", () => {
  const kept = new KeptDocuments(most)
  const [id = parseDocumentId("notes/1")] = ids
  kept.withhold(id)
  expect([kept.learn(id, { digest, version: Version.empty }), kept.learn(id, undefined)]).toEqual([
    true,
    false
  ])
  kept.forget()
  expect([[...kept.shown], kept.learn(id, { digest, version: Version.empty })]).toEqual([[id], false])
  kept.release(id)
  expect([kept.shown.size, kept.unknown.size]).toEqual([0, 0])
})
