// Keeps the client of one build, so that the app opens at once and without a network; keeps the newest conversations, which
// the page fetches when it has nothing else to do, so that they can be read then; shows notes that the server pushes; takes
// what other apps share.
// Live sockets and files of conversations it never touches. The build's id and files are written in when the site is made.
const build = '__BUILD_ID__'
const files = ['__PKG_FILES__']
const shelf = `prosa-${build}`
const pkg = `/pkg/${build}/`
const roots = ['/offline.html', '/offline.css', '/favicon.svg', '/app-192.png']
const kept = [...roots, ...files.map(name => pkg + name)]
const untouched = ['/live', '/media', '/webhooks', '/chat', '/api', '/sw.js', '/share']

// What one person may read, until they sign out or switch the account: pages of the list, conversations, messages.
const reading = 'prosa-reading'
const answers = '/api/app/api/inbox/'
const most = { workspace: 1, conversations: 60, open: 200, messages: 200 }
const photosMost = 300
const lastPage = '/reading/page'
const leaving = ['auth/sign_out', 'auth/switch_account', 'auth/sign_in', 'auth/setup', 'door/sign_in_by_code', 'door/second_factor', 'door/join']
  .map(name => `/api/app/api/${name}`)
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
// Its live connection says, too, which conversations its reader no longer sees.
self.addEventListener('message', event => {
  const { data } = event
  if (data === 'update') self.skipWaiting()
  else if (data?.gone === 'all') event.waitUntil(takeAllOut())
  else if (Array.isArray(data?.gone)) event.waitUntil(takeOut(data.gone.map(String)))
})

self.addEventListener('fetch', event => {
  const { request } = event
  const url = new URL(request.url)
  if (url.origin !== location.origin) return
  if (request.method === 'POST') return posted(event, url)
  if (request.method !== 'GET') return
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
    else if (url.pathname === '/login' || url.pathname === '/welcome') event.waitUntil(takeAllOut())
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
  const since = Date.now()
  try {
    const answer = await fetch(request)
    if (answer.ok && !(where === reading && allGone >= since)) await put(request, answer.clone(), where)
    return answer
  } catch {
    return (await caches.match(request)) ?? unanswered(request)
  }
}

async function put(request, answer, where) {
  const cache = await caches.open(where)
  await cache.put(request, answer)
  if (where === reading) await trim(cache, path => path.startsWith('/photo/'), photosMost)
}

// The youngest stay.
async function trim(cache, belongs, count) {
  const own = (await cache.keys()).filter(request => belongs(new URL(request.url).pathname))
  await Promise.all(own.slice(0, Math.max(0, own.length - count)).map(request => cache.delete(request)))
}

// --- what may be read

// From the network; without one, the same question's last answer.
async function answer(event, name) {
  const since = Date.now()
  const asked = event.request.clone().text()
  const key = asked.then(text => `/reading/${name}?${encodeURIComponent(text)}`)
  let found
  try {
    found = await fetch(event.request)
  } catch {
    const before = await (await caches.open(reading)).match(await key)
    if (before) return name === 'workspace' ? asOfNow(before) : before
    return unanswered(event.request)
  }
  if (found.ok) event.waitUntil(remember(name, await key, found.clone(), since))
  else if (found.status === 401) event.waitUntil(takeAllOut())
  else if (found.status === 404 && name === 'open') event.waitUntil(asked.then(text => takeOut([String(JSON.parse(text).id)])))
  return found
}

// Who asked may be gone to another page by now: that is no error that anybody should read of.
function unanswered(request) {
  return request.signal.aborted ? new Response(null, { status: 204 }) : Response.error()
}

// The client sets its clock by this answer.
async function asOfNow(before) {
  const workspace = { ...(await before.json()), now: Date.now() }
  return new Response(JSON.stringify(workspace), { headers: { 'content-type': 'application/json' } })
}

async function remember(name, key, found, since) {
  if (allGone >= since) return
  if (name === 'workspace') await forgetUnmasked(found.clone())
  const cache = await caches.open(reading)
  // Put again it is the youngest.
  await cache.delete(key)
  await cache.put(key, found)
  await trim(cache, path => path === `/reading/${name}`, most[name])
  // It may have been made before something went out of sight.
  const late = [...gone].filter(([, at]) => at >= since).map(([id]) => id)
  if (allGone >= since) await cache.delete(key)
  else if (late.length > 0) await takeOut(late, gone.get(late[0]))
}

// What is hidden from the reader changed: answers from before may show it.
async function forgetUnmasked(found) {
  const before = await (await caches.open(reading)).match('/reading/masks')
  const masks = String((await found.json()).me?.masks ?? 0)
  const was = before ? await before.text() : masks
  if (was !== masks) await takeAllOut()
  await (await caches.open(reading)).put('/reading/masks', new Response(masks))
}

// When conversations went out of the reader's sight: answers that were asked for before are not to bring them back.
const gone = new Map()
const goneMost = 1000
let allGone = 0

// Takes conversations out of everything that is kept, with what other answers say of them.
async function takeOut(ids, at = Date.now()) {
  for (const id of ids) gone.delete(id), gone.set(id, at)
  for (const id of [...gone.keys()].slice(0, Math.max(0, gone.size - goneMost))) gone.delete(id)
  if (!(await caches.has(reading))) return
  const cache = await caches.open(reading)
  const named = text => ids.some(id => text.includes(`"${id}"`))
  for (const request of await cache.keys()) {
    const { pathname, search } = new URL(request.url)
    if (!pathname.startsWith('/reading/') || pathname === lastPage) continue
    if (named(decodeURIComponent(search))) {
      const whose = pathname === '/reading/open' && (await (await cache.match(request))?.json())?.contact?.id
      if (whose) await cache.delete(`/photo/contact/${whose}`, { ignoreSearch: true })
      await cache.delete(request)
      continue
    }
    const text = (await (await cache.match(request))?.text()) ?? ''
    if (named(text)) await cache.put(request, new Response(JSON.stringify(without(JSON.parse(text), ids)), { headers: { 'content-type': 'application/json' } }))
  }
}

// The same without the rows of these conversations, wherever they stand.
function without(value, ids) {
  if (Array.isArray(value)) return value.filter(item => !ids.includes(item?.id)).map(item => without(item, ids))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => !ids.includes(name)).map(([name, inner]) => [name, without(inner, ids)]))
}

async function takeAllOut() {
  allGone = Date.now()
  await caches.delete(reading)
}

// Somebody comes or goes: the next person of this browser finds nothing. Before and after, because answers under way may
// still be kept in between.
async function forgetting(request) {
  await takeAllOut()
  const answer = await fetch(request).catch(() => Response.error())
  await takeAllOut()
  // What was shared waits for somebody to come, not for the next one.
  if (answer.ok && new URL(request.url).pathname.endsWith('/sign_out')) await caches.delete(shared)
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
  const { title = 'Prosa', text = '', path = '/inbox', tag, unread } = note
  if (Number.isInteger(unread)) event.waitUntil(badge(unread))
  event.waitUntil(self.registration.showNotification(title, { body: text, tag, renotify: Boolean(tag), data: { path }, icon: '/app-192.png', badge: '/app-192.png' }))
})

// The number on the installed app's icon; an open page sets it by itself from then on.
async function badge(unread) {
  try {
    if (unread > 0) await navigator.setAppBadge?.(unread)
    else await navigator.clearAppBadge?.()
  } catch {
    // A system without such numbers.
  }
}

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

// It waits in this browser, for a day, until its person is signed in and has chosen a conversation; then the page takes it.
// As many files, and as large, as one can attach.
const filesMost = 30
const fileMost = 200 * 1024 * 1024
const sharedFor = 24 * 3600 * 1000

async function share(request) {
  try {
    const form = await request.formData()
    const parts = ['title', 'text', 'url'].map(name => form.get(name)).filter(part => typeof part === 'string' && part.trim())
    const given = form.getAll('files').filter(file => file instanceof File)
    const cache = await caches.open(shared)
    // What was shared before and waits, too, stays.
    const old = await (await cache.match('/share/note'))?.json()
    const before = old && Date.now() - old.at < sharedFor ? old : { text: '', files: [], dropped: 0 }
    const text = [...new Set([before.text, ...parts])].filter(Boolean).join('\n').slice(0, 4000)
    const files = [...before.files]
    for (const file of given) {
      if (files.length >= filesMost || file.size === 0 || file.size > fileMost) continue
      const path = `/share/file/${Date.now()}-${files.length}`
      // A disk that is full keeps the rest.
      const isKept = await cache.put(path, new Response(file, { headers: { 'content-type': file.type || 'application/octet-stream' } })).then(() => true, () => false)
      if (isKept) files.push({ path, name: file.name, mime: file.type })
    }
    const dropped = before.dropped + given.length - (files.length - before.files.length)
    if (text || given.length > 0) await cache.put('/share/note', new Response(JSON.stringify({ text, files, dropped, at: Date.now() })))
  } catch {
    // Nothing readable was shared: the inbox opens all the same.
  }
  return Response.redirect('/inbox?shared=1', 303)
}
