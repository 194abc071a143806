// Brings a file to a hub by tus-js-client, a client of tus that others wrote, in the way its first argument says.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const require = createRequire(`${process.env.TUS_CLIENT}/`)
const tus = require('tus-js-client')

const [, , way, endpoint, token, path] = process.argv
const file = readFileSync(path)
const ways = {
  whole: {},
  pieces: { chunkSize: 10_000 },
  'without-patch': { overridePatchMethod: true },
  'with-creation': { uploadDataDuringCreation: true, chunkSize: 20_000 },
  'cut-short': { chunkSize: 10_000 },
  ended: { chunkSize: 10_000 },
}

function bring(options) {
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(file, {
      endpoint,
      headers: { Authorization: `Bearer ${token}` },
      retryDelays: [0, 0, 0],
      onSuccess: () => resolve(upload),
      onError: reject,
      ...options(() => upload, resolve),
    })
    upload.start()
  })
}

if (way === 'cut-short' || way === 'ended') {
  // After three pieces somebody closes the lid, or does not want it any more.
  const left = await bring((upload, resolve) => ({
    ...ways[way],
    onChunkComplete: (_, accepted) => {
      if (accepted >= 30_000) upload().abort(way === 'ended').then(() => resolve(upload()))
    },
  }))
  if (way === 'ended') {
    console.log('ended')
    process.exit(0)
  }
  await bring(() => ({ chunkSize: Infinity, uploadUrl: left.url, endpoint: undefined }))
} else {
  await bring(() => ways[way])
}
console.log('brought')
