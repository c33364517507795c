// Keeps the client of one build, so that the app opens at once, and shows a page of its own when there is no network.
// Never touches /api, /live or /media. The build id is written in when the site is made.
const build = '__BUILD_ID__'
const shelf = `prosa-${build}`
const pkg = `/pkg/${build}/`
const kept = ['/offline.html', '/offline.css', '/favicon.svg', '/icons.svg', `${pkg}app.js`, `${pkg}__wasm_split.js`, `${pkg}app_bg.wasm`, `${pkg}main.css`]
const untouched = ['/api', '/live', '/media', '/webhooks', '/chat', '/sw.js']

self.addEventListener('install', event => {
  event.waitUntil(caches.open(shelf).then(cache => cache.addAll(kept)))
})

self.addEventListener('activate', event => {
  event.waitUntil((async () => {
    const names = (await caches.keys()).filter(name => name.startsWith('prosa-') && name !== shelf)
    await Promise.all(names.map(name => caches.delete(name)))
    await self.clients.claim()
  })())
})

// The page's "new version: reload" says so; until then open pages keep the build that they began with.
self.addEventListener('message', event => {
  if (event.data === 'update') self.skipWaiting()
})

self.addEventListener('fetch', event => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin) return
  if (untouched.some(path => url.pathname === path || url.pathname.startsWith(`${path}/`))) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (url.pathname.startsWith('/pkg/')) event.respondWith(unchanging(request))
  else if (kept.includes(url.pathname)) event.respondWith(fresh(request))
})

async function page(request) {
  try {
    return await fetch(request)
  } catch {
    return (await caches.match('/offline.html')) ?? Response.error()
  }
}

// What carries a build id in its address never changes.
async function unchanging(request) {
  const found = await caches.match(request)
  if (found) return found
  const answer = await fetch(request)
  if (answer.ok && new URL(request.url).pathname.startsWith(pkg)) (await caches.open(shelf)).put(request, answer.clone())
  return answer
}

// From the network, else as it was last.
async function fresh(request) {
  try {
    const answer = await fetch(request)
    if (answer.ok) (await caches.open(shelf)).put(request, answer.clone())
    return answer
  } catch {
    return (await caches.match(request)) ?? Response.error()
  }
}
