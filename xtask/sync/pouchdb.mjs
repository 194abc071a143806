// PouchDB and express-pouchdb, server and client, with the documents as JSON.
//
//   node pouchdb.mjs serve FOLDER ADDRESS
//   node pouchdb.mjs fill FOLDER ADDRESS
//   node pouchdb.mjs talk FOLDER ADDRESS EDITS ROUND
//   node pouchdb.mjs new FOLDER ADDRESS ROUND
//
// A client is in step when one replication each way has ended.

import fs from "node:fs"
import path from "node:path"
import express from "express"
import expressPouchDB from "express-pouchdb"
import PouchDB from "pouchdb"
import * as Automerge from "@automerge/automerge"

const [what, folder, address, ...rest] = process.argv.slice(2)
const [host, port] = address.split(":")
const remote = () => new PouchDB(`http://${address}/cases`)
const local = name => new PouchDB(path.join(folder, name))

function serve() {
  const prefix = path.join(folder, "server") + path.sep
  fs.mkdirSync(prefix, { recursive: true })
  const app = express()
  app.use("/", expressPouchDB(PouchDB.defaults({ prefix }), { mode: "minimumForPouchDB", inMemoryConfig: true, logPath: path.join(folder, "pouchdb.log") }))
  app.listen(Number(port), host, () => console.log("ready"))
}

// The documents as plain values.
function cases() {
  const documents = JSON.parse(fs.readFileSync(path.join(folder, "documents.json"), "utf8"))
  return documents.map(document => {
    const value = Automerge.toJS(Automerge.load(new Uint8Array(Buffer.from(document.saved, "base64"))))
    return { ...JSON.parse(JSON.stringify(value)), _id: document.id }
  })
}

async function print(began, db) {
  const ms = Math.round(performance.now() - began)
  const info = await db.info()
  console.log(JSON.stringify({ ms, documents: info.doc_count }))
  process.exit(0)
}

async function fill() {
  const db = local("client")
  await db.bulkDocs(cases())
  const began = performance.now()
  await db.sync(remote())
  await print(began, db)
}

async function talk(edits, round) {
  const db = local("client")
  const rows = await db.allDocs({ include_docs: true, limit: Math.max(edits, 1) })
  for (const { doc } of rows.rows.slice(0, edits)) {
    doc.facts["production.place"] = `Bus stand ${round}, gate ${process.pid}`
    await db.put(doc)
  }
  const began = performance.now()
  await db.sync(remote())
  await print(began, db)
}

async function fresh(round) {
  const db = local(`new-${round}`)
  const began = performance.now()
  await db.replicate.from(remote())
  await print(began, db)
}

if (what === "serve") serve()
else if (what === "fill") await fill()
else if (what === "talk") await talk(Number(rest[0]), rest[1])
else await fresh(rest[0])
