// The simulated phone: people on the left, one chat on the right, live over server-sent events.

import { bubble, make, summary } from './bubble.js';
import { answerOrder, attachments, fileOrder, messageActions, openMenu, personActions, post } from './compose.js';
import { dayOf, hour, translate, word } from './words.js';

const $ = (id) => document.getElementById(id);
const state = { numbers: [], people: new Map(), order: [], number: null, open: null, bubbles: [], quoting: null, offset: 0, webhooks: {} };
const drafts = new Map();
const typing = new Map();
const now = () => Date.now() + state.offset;
const pair = (number, contact) => `${number}|${contact}`;
const person = () => state.people.get(state.open);

/** The person's address as people read it. */
const address = (c) => (c.bsuid_only ? `@${c.username ?? c.user_id}` : phone(c.wa_id ?? ''));
const phone = (n) => {
  const brazil = /^55(\d{2})(\d{4,5})(\d{4})$/.exec(n);
  return brazil ? `+55 ${brazil[1]} ${brazil[2]}-${brazil[3]}` : `+${n}`;
};

async function load() {
  const s = await (await fetch('/phone/state')).json();
  state.numbers = s.numbers;
  state.offset = s.offset_ms;
  state.webhooks = s.webhooks;
  state.people = new Map(s.contacts.map((c) => [c.key, c]));
  state.number = s.numbers.some((n) => n.id === state.number) ? state.number : (sessionStorage.number ?? s.numbers[0]?.id);
  if (!s.numbers.some((n) => n.id === state.number)) state.number = s.numbers[0]?.id;
  $('to-prosa').href = s.prosa_url;
  $('number').replaceChildren(...s.numbers.map((n) => {
    const o = make('option', '', `${n.verified_name} · ${n.display_phone_number}`);
    o.value = n.id;
    o.selected = n.id === state.number;
    return o;
  }));
  showDelivery();
  showPeople();
  if (state.open && !state.people.has(state.open)) close();
}

function showDelivery(lost) {
  const { url, failing } = state.webhooks;
  const text = lost ? word('lost') : !url ? word('noWebhook') : failing ? word('failing') : '';
  $('delivery').textContent = text;
  $('delivery').classList.toggle('bad', Boolean(text));
}

const lastOf = (c) => c.threads?.[state.number]?.last;

function sortPeople() {
  const all = [...state.people.values()];
  const at = (c) => lastOf(c)?.at_ms ?? 0;
  return all.sort((a, b) => at(b) - at(a) || Number(b.pinned) - Number(a.pinned) || (a.key.length - b.key.length) || a.key.localeCompare(b.key));
}

const hue = (key) => `hue-${[...key].reduce((n, c) => n + c.charCodeAt(0), 0) % 6}`;
const initials = (name) => name.split(/\s+/).filter(Boolean).slice(0, 2).map((w) => [...w][0]).join('').toUpperCase() || '?';

/** Chips that say something unusual about a person. */
function chips(c) {
  const marks = [['bsuid_only', 'hidden'], ['offline', 'offline'], ['opted_out', 'optedOut'], ['not_on_whatsapp', 'gone']];
  return marks.filter(([key]) => c[key]).map(([, name]) => make('span', 'chip', word(name)));
}

const previewOf = (b) => {
  if (b.business) return b.status === 'failed' ? word('notDelivered') : summary(b);
  return `${word('you')}: ${summary(b)}`;
};

function showPeople() {
  const focused = document.activeElement?.closest('#people button')?.dataset.key;
  $('people').replaceChildren(...sortPeople().map((c) => {
    const last = lastOf(c);
    const unread = c.threads?.[state.number]?.unread ?? 0;
    const isTyping = (typing.get(pair(state.number, c.key)) ?? 0) > Date.now();
    const preview = make('span', 'preview', isTyping ? word('typing') : last ? previewOf(last) : word('noMessages'));
    preview.dir = 'auto';
    if (isTyping) preview.classList.add('typing');
    const b = make('button', 'person', '',
      make('span', `avatar ${hue(c.key)}`, initials(c.name)),
      make('span', 'lines', '',
        make('span', 'line', '', make('span', 'name', c.name || address(c)), last ? make('time', '', hour(last.at_ms)) : null),
        make('span', 'line', '', preview, unread ? make('span', 'badge', unread) : null),
        make('span', 'line small', '', make('span', '', address(c)), ...chips(c))));
    b.type = 'button';
    b.dataset.key = c.key;
    if (c.key === state.open) b.setAttribute('aria-current', 'true');
    if (unread) b.querySelector('.badge').setAttribute('aria-label', `${unread} ${word('unread')}`);
    b.addEventListener('click', () => openChat(c.key));
    return make('li', '', '', b);
  }));
  if (focused) $('people').querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

$('people').addEventListener('keydown', (e) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (!step) return;
  const all = [...$('people').querySelectorAll('button')];
  all[Math.max(0, Math.min(all.length - 1, all.indexOf(document.activeElement) + step))]?.focus();
  e.preventDefault();
});

async function openChat(key) {
  if (state.open) drafts.set(pair(state.number, state.open), $('text').value);
  state.open = key;
  stopQuoting();
  sessionStorage.number = state.number;
  $('app').dataset.pane = 'chat';
  $('empty').hidden = true;
  $('open').hidden = false;
  $('problem').hidden = true;
  $('text').value = drafts.get(pair(state.number, key)) ?? '';
  grow();
  showHead();
  showPeople();
  const t = await (await fetch(`/phone/thread?number=${encodeURIComponent(state.number)}&contact=${encodeURIComponent(key)}`)).json();
  if (state.open !== key) return;
  state.bubbles = t.bubbles;
  if (t.typing_ms) typing.set(pair(state.number, key), Date.now() + t.typing_ms);
  showHead();
  showLog(true);
  if (matchMedia('(hover: hover)').matches) $('text').focus();
  markRead();
}

function close() {
  if (state.open) drafts.set(pair(state.number, state.open), $('text').value);
  const key = state.open;
  state.open = null;
  $('app').dataset.pane = 'list';
  $('open').hidden = true;
  $('empty').hidden = false;
  showPeople();
  $('people').querySelector(`[data-key="${CSS.escape(key ?? '')}"]`)?.focus();
}

function showHead() {
  const n = state.numbers.find((x) => x.id === state.number);
  const c = person();
  if (!c) return;
  $('business-name').textContent = n?.verified_name ?? '';
  const isTyping = (typing.get(pair(state.number, state.open)) ?? 0) > Date.now();
  $('business-state').replaceChildren(
    isTyping ? make('span', 'typing', word('typing')) : make('span', '', n?.display_phone_number ?? ''),
    make('span', 'as', `${c.name || address(c)} · ${address(c)}`), ...chips(c));
}

const options = {
  quoted: (id) => state.bubbles.find((b) => b.id === id),
  menu: (b, anchor) => openMenu(anchor, word('actions'), messageActions(b, { reply: startQuoting, react })),
};

function element(b) {
  return bubble(b, { ...options, act: (choice) => answer(b, choice) });
}

const atEnd = () => $('log').scrollHeight - $('log').scrollTop - $('log').clientHeight < 80;
const toEnd = () => {
  $('log').scrollTop = $('log').scrollHeight;
  $('latest').hidden = true;
};

function showLog(jump) {
  const nodes = [];
  let day = '';
  for (const b of state.bubbles) {
    const d = dayOf(b.at_ms, now());
    if (d !== day) nodes.push(make('p', 'day', '', make('span', '', d)));
    day = d;
    nodes.push(element(b));
  }
  $('log').replaceChildren(...nodes);
  if (jump) requestAnimationFrame(toEnd);
}

/** A message is new or has changed. */
function onMessage({ number, contact, message }) {
  const c = state.people.get(contact);
  if (!c) return void load();
  c.threads ??= {};
  const t = (c.threads[number] ??= { unread: 0 });
  const isNew = !t.last || message.at_ms >= t.last.at_ms;
  if (isNew) t.last = message;
  if (message.business) {
    t.seen ??= new Set();
    if (message.status === 'delivered' && !t.seen.has(message.id)) {
      t.seen.add(message.id);
      t.unread += 1;
    }
    if (message.status === 'read') t.unread = Math.max(0, t.unread - 1);
    typing.delete(pair(number, contact));
  }
  if (number === state.number && contact === state.open) {
    const stay = atEnd();
    const at = state.bubbles.findIndex((b) => b.id === message.id);
    if (at >= 0) {
      state.bubbles[at] = message;
      $('log').querySelector(`[data-id="${CSS.escape(message.id)}"]`)?.replaceWith(element(message));
    } else {
      state.bubbles.push(message);
      if (state.bubbles.length > 300) state.bubbles.shift();
      if (dayOf(message.at_ms, now()) !== dayOf(state.bubbles.at(-2)?.at_ms ?? 0, now())) {
        $('log').append(make('p', 'day', '', make('span', '', dayOf(message.at_ms, now()))));
      }
      $('log').append(element(message));
    }
    if (stay || (at < 0 && !message.business)) toEnd();
    else if (at < 0) $('latest').hidden = false;
    showHead();
    markRead();
  }
  later();
}

/** The list is drawn once per frame at most. */
let waiting = false;
function later() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    showPeople();
  });
}

let readTimer = 0;
function markRead() {
  clearTimeout(readTimer);
  const unread = state.bubbles.some((b) => b.business && b.status === 'delivered');
  if (!state.open || document.visibilityState !== 'visible' || !unread) return;
  readTimer = setTimeout(() => {
    post('/phone/open', { number: state.number, contact: state.open }).catch(() => {});
  }, 600);
}
document.addEventListener('visibilitychange', markRead);
addEventListener('focus', markRead);

function problem(error) {
  $('problem').textContent = `${word('notSent')}${error.message}`;
  $('problem').hidden = false;
}

/** Sends an order in the name of the person. */
async function send(order, clear) {
  const c = person();
  if (!c) return false;
  const body = { ...order, phone_number_id: state.number, from: c.key };
  if (state.quoting && !body.context && body.type !== 'reaction') body.context = { message_id: state.quoting.id };
  try {
    await post('/sim/inbound', body);
    $('problem').hidden = true;
    if (clear) {
      $('text').value = '';
      drafts.delete(pair(state.number, c.key));
      grow();
    }
    stopQuoting();
    return true;
  } catch (error) {
    problem(error);
    return false;
  }
}

const react = (b, emoji) => send({ type: 'reaction', reaction: { message_id: b.id, emoji } }, false);

function answer(b, choice) {
  if (choice.do === 'list') return chooseRow(b, choice);
  const order = answerOrder(b, choice, person());
  if (order) send(order, false);
}

/** The rows of a list message, in a dialog. */
function chooseRow(b, choice) {
  $('choose-title').textContent = choice.text;
  $('choose-rows').replaceChildren(...choice.sections.map((s) => make('section', '', '', s.title ? make('h3', '', s.title) : null,
    ...(s.rows ?? []).map((r) => {
      const row = make('button', 'row', '', make('strong', '', r.title), r.description ? make('span', '', r.description) : null);
      row.type = 'button';
      row.addEventListener('click', () => {
        $('choose').close();
        send(answerOrder(b, { do: 'row', id: r.id, text: r.title, description: r.description }, person()), false);
      });
      return row;
    }))));
  $('choose').showModal();
}
$('choose-cancel').addEventListener('click', () => $('choose').close());

function startQuoting(b) {
  state.quoting = b;
  $('quoting-text').textContent = summary(b);
  $('quoting').hidden = false;
  $('text').focus();
}
function stopQuoting() {
  state.quoting = null;
  $('quoting').hidden = true;
}
$('quoting-stop').addEventListener('click', stopQuoting);

function grow() {
  const t = $('text');
  t.style.setProperty('height', 'auto');
  t.style.setProperty('height', `${Math.min(t.scrollHeight, 160)}px`);
}
$('text').addEventListener('input', grow);
$('text').addEventListener('keydown', (e) => {
  if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) {
    e.preventDefault();
    $('compose').requestSubmit();
  } else if (e.key === 'Escape' && state.quoting) stopQuoting();
});
$('compose').addEventListener('submit', (e) => {
  e.preventDefault();
  const text = $('text').value;
  if (text.trim()) send({ text }, true);
});

$('attach').addEventListener('click', () => {
  openMenu($('attach'), word('attach'), attachments(send, () => $('text').value.trim(), () => $('file').click()));
});
$('file').addEventListener('change', async () => {
  const file = $('file').files[0];
  $('file').value = '';
  if (!file) return;
  try {
    await send(await fileOrder(file, $('text').value.trim()), true);
  } catch (error) {
    problem(error);
  }
});
$('options').addEventListener('click', () => {
  const c = person();
  openMenu($('options'), word('options'), personActions(c, (change) => post('/sim/contact', { from: c.key, ...change }).catch(problem)));
});
$('back').addEventListener('click', close);
$('latest').textContent = word('newMessages');
$('latest').addEventListener('click', toEnd);
$('log').addEventListener('scroll', () => {
  if (atEnd()) $('latest').hidden = true;
});
$('number').addEventListener('change', () => {
  const open = state.open;
  if (open) drafts.set(pair(state.number, open), $('text').value);
  state.open = null;
  state.number = $('number').value;
  sessionStorage.number = state.number;
  showPeople();
  if (open) openChat(open);
});

$('add').addEventListener('click', () => {
  $('new-contact-form').reset();
  $('new-problem').hidden = true;
  $('new-contact').showModal();
});
$('new-cancel').addEventListener('click', () => $('new-contact').close());
$('new-contact-form').addEventListener('submit', async (e) => {
  e.preventDefault();
  const to = $('new-address').value.trim();
  const digits = to.replace(/\D/g, '');
  const user = to.startsWith('@') && to.length > 3;
  const fail = (text) => {
    $('new-problem').textContent = text;
    $('new-problem').hidden = false;
  };
  if (!user && (digits.length < 8 || digits.length > 15)) return fail(word('badAddress'));
  try {
    const c = await post('/sim/contact', { from: user ? to : digits, name: $('new-name').value.trim(), pinned: true });
    $('new-contact').close();
    await load();
    openChat(c.key);
  } catch (error) {
    fail(error.message);
  }
});

function listen() {
  const source = new EventSource('/phone/events');
  let lost = false;
  source.addEventListener('open', () => {
    if (lost) refresh();
    lost = false;
    showDelivery();
  });
  source.addEventListener('error', () => {
    lost = true;
    showDelivery(true);
  });
  source.addEventListener('message', (e) => {
    const event = JSON.parse(e.data);
    if (event.kind === 'message') onMessage(event);
    else if (event.kind === 'contact') onContact(event.contact);
    else if (event.kind === 'typing') onTyping(event);
    else if (event.kind === 'webhooks') {
      state.webhooks.failing = event.failing;
      showDelivery();
    } else if (event.kind === 'reset') refresh();
  });
}

function onContact(c) {
  state.people.set(c.key, { ...state.people.get(c.key), ...c });
  showHead();
  later();
}

function onTyping({ number, contact, ms }) {
  typing.set(pair(number, contact), Date.now() + ms);
  const show = () => {
    showHead();
    later();
  };
  show();
  setTimeout(show, ms + 50);
}

async function refresh() {
  await load();
  if (state.open) {
    const key = state.open;
    state.open = null;
    openChat(key);
  }
}

translate(document);
load().then(listen, () => showDelivery(true));
