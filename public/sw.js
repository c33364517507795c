// Keeps the client of one build, so that the app opens at once and without a network; keeps the last conversations that
// were looked at, so that they can be read then; shows notes that the server pushes; takes what other apps share.
// Live sockets and files of conversations it never touches. The build's id and files are written in when the site is made.
const build = '__BUILD_ID__'
const files = ['__PKG_FILES__']
const shelf = `prosa-${build}`
const pkg = `/pkg/${build}/`
const roots = ['/offline.html', '/offline.css', '/favicon.svg', '/icons.svg', '/app-192.png']
const kept = [...roots, ...files.map(name => pkg + name)]
const untouched = ['/live', '/media', '/webhooks', '/chat', '/api', '/sw.js', '/share']

// What one person saw, until they sign out or switch the account: pages of the list, opened conversations, messages.
const reading = 'prosa-reading'
const answers = '/api/app/api/inbox/'
const most = { workspace: 1, conversations: 60, open: 200, messages: 200 }
const lastPage = '/reading/page'
const leaving = ['sign_out', 'switch_account', 'sign_in', 'setup'].map(name => `/api/app/api/auth/${name}`)
const shared = 'prosa-shared'

self.addEventListener('install', event => {
  event.waitUntil(caches.open(shelf).then(cache => cache.addAll(kept)))
})

self.addEventListener('activate', event => {
  event.waitUntil((async () => {
    const names = (await caches.keys()).filter(name => name.startsWith('prosa-') && ![shelf, reading, shared].includes(name))
    await Promise.all(names.map(name => caches.delete(name)))
    // The kept page belongs to a client that is gone.
    await (await caches.open(reading)).delete(lastPage)
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
  if (url.origin !== location.origin) return
  if (request.method === 'POST') return posted(event, url)
  if (request.method !== 'GET') return
  if (url.pathname === '/share/taken') return event.respondWith(taken())
  if (untouched.some(path => url.pathname === path || url.pathname.startsWith(`${path}/`))) return
  if (request.mode === 'navigate') event.respondWith(page(event, url))
  else if (url.pathname.startsWith('/pkg/')) event.respondWith(unchanging(request))
  else if (roots.includes(url.pathname)) event.respondWith(fresh(request))
  else if (url.pathname.startsWith('/photo/')) event.respondWith(fresh(request, reading))
})

function posted(event, url) {
  const name = url.pathname.startsWith(answers) ? url.pathname.slice(answers.length) : ''
  if (Object.hasOwn(most, name)) event.respondWith(answer(event, name))
  else if (leaving.includes(url.pathname)) event.respondWith(forgetting(event.request))
  else if (url.pathname === '/share') event.respondWith(share(event.request))
}

// --- pages and the client's files

async function page(event, url) {
  const isInbox = url.pathname === '/' || url.pathname === '/inbox' || url.pathname.startsWith('/inbox/')
  try {
    const found = await fetch(event.request)
    // A redirect is followed by another navigation, which comes by here, too.
    if (found.ok && isInbox) event.waitUntil(keep(found.clone()))
    else if (url.pathname === '/login') event.waitUntil(caches.delete(reading))
    return found
  } catch {
    // Its script draws the page of this address anew, from what was kept.
    const before = isInbox && (await (await caches.open(reading)).match(lastPage))
    return before || (await caches.match('/offline.html')) || Response.error()
  }
}

async function keep(found) {
  await (await caches.open(reading)).put(lastPage, found)
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
async function fresh(request, where = shelf) {
  try {
    const answer = await fetch(request)
    if (answer.ok) (await caches.open(where)).put(request, answer.clone())
    return answer
  } catch {
    return (await caches.match(request)) ?? Response.error()
  }
}

// --- what was read

// From the network; without one, the same question's last answer.
async function answer(event, name) {
  const asked = event.request.clone().text().then(text => `/reading/${name}?${encodeURIComponent(text)}`)
  let found
  try {
    found = await fetch(event.request)
  } catch {
    const before = await (await caches.open(reading)).match(await asked)
    if (before) return name === 'workspace' ? asOfNow(before) : before
    return Response.error()
  }
  if (found.ok) event.waitUntil(remember(name, asked, found.clone()))
  else if (found.status === 401) event.waitUntil(caches.delete(reading))
  return found
}

// The client sets its clock by this answer.
async function asOfNow(before) {
  const workspace = { ...(await before.json()), now: Date.now() }
  return new Response(JSON.stringify(workspace), { headers: { 'content-type': 'application/json' } })
}

async function remember(name, asked, found) {
  const [cache, key] = await Promise.all([caches.open(reading), asked])
  // Put again it is the youngest.
  await cache.delete(key)
  await cache.put(key, found)
  const own = (await cache.keys()).filter(request => new URL(request.url).pathname === `/reading/${name}`)
  await Promise.all(own.slice(0, Math.max(0, own.length - most[name])).map(request => cache.delete(request)))
}

// Somebody comes or goes: the next person of this browser finds nothing. Before and after, because answers under way may
// still be kept in between.
async function forgetting(request) {
  await caches.delete(reading)
  const answer = await fetch(request).catch(() => Response.error())
  await caches.delete(reading)
  return answer
}

// --- notes

self.addEventListener('push', event => {
  let note = {}
  try {
    note = event.data?.json() ?? {}
  } catch {
    // Not ours; still, a push without a note would make browsers show one of their own.
  }
  const { title = 'Prosa', text = '', path = '/inbox', tag } = note
  event.waitUntil(self.registration.showNotification(title, { body: text, tag, renotify: Boolean(tag), data: { path }, icon: '/app-192.png', badge: '/app-192.png' }))
})

self.addEventListener('notificationclick', event => {
  event.notification.close()
  const wanted = event.notification.data?.path ?? '/inbox'
  // Only pages of ours, whatever a note says.
  const target = new URL(wanted, location.origin)
  const path = target.origin === location.origin ? target.pathname + target.search : '/inbox'
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
    const best = open.find(client => new URL(client.url).pathname === path) ?? open.find(client => client.focused) ?? open[0]
    if (!best) return self.clients.openWindow(path)
    await best.focus()
    // The page goes there by itself: nothing of it is loaded again, nothing typed is lost.
    if (new URL(best.url).pathname !== path) best.postMessage({ go: path })
  })())
})

// --- what other apps share

async function share(request) {
  try {
    const form = await request.formData()
    const parts = ['title', 'text', 'url'].map(name => form.get(name)).filter(part => typeof part === 'string' && part.trim())
    const text = [...new Set(parts)].join('\n').slice(0, 4000)
    if (text) await (await caches.open(shared)).put('/share/text', new Response(text))
  } catch {
    // Nothing readable was shared: the inbox opens all the same.
  }
  return Response.redirect('/inbox?shared=1', 303)
}

// Once: the page keeps it from here on.
async function taken() {
  const cache = await caches.open(shared)
  const text = await cache.match('/share/text')
  await cache.delete('/share/text')
  return text ?? new Response('', { status: 204 })
}
