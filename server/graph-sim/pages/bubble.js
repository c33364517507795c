// Messages on the screen. Every text goes in through textContent: nothing that anybody wrote becomes markup.

import { hour, money, word } from './words.js';

/** An element with a class, a text and children. */
export function make(tag, name, text, ...children) {
  const el = document.createElement(tag);
  if (name) el.className = name;
  if (text !== undefined && text !== null && text !== '') el.textContent = String(text);
  el.append(...children.filter(Boolean));
  return el;
}

const SVG = 'http://www.w3.org/2000/svg';

/** An outline icon. */
export function icon(path) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const p = document.createElementNS(SVG, 'path');
  p.setAttribute('d', path);
  svg.append(p);
  return svg;
}

const PIN = 'M12 21c4-5 7-8.5 7-12a7 7 0 0 0-14 0c0 3.5 3 7 7 12zM12 11.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z';
const FILE = 'M7 3h7l4 4v14H7zM14 3v4h4';
const PERSON = 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c.8-4 4-6 8-6s7.2 2 8 6';
const BAG = 'M5 8h14l-1 13H6zM9 8V6a3 3 0 0 1 6 0v2';

/** An address that may be opened: http and https only. */
function safeLink(text) {
  try {
    const url = new URL(text);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}

const MARKS = { '*': 'strong', _: 'em', '~': 's' };

/** Text with WhatsApp's marks and with links, as nodes. */
export function rich(text) {
  const out = document.createDocumentFragment();
  const pattern = /```([^`]+)```|(^|[\s(])([*_~])(\S(?:.*?\S)?)\3(?=$|[\s).,!?:;])|(https?:\/\/[^\s<>"']+)/gm;
  let at = 0;
  for (const m of text.matchAll(pattern)) {
    out.append(text.slice(at, m.index));
    if (m[1]) out.append(make('code', '', m[1]));
    else if (m[3]) out.append(m[2], make(MARKS[m[3]], '', m[4]));
    else out.append(anchor(m[5], m[5]));
    at = m.index + m[0].length;
  }
  out.append(text.slice(at));
  return out;
}

function anchor(href, text) {
  const safe = safeLink(href);
  if (!safe) return make('span', '', text);
  const a = make('a', '', text);
  a.href = safe;
  a.target = '_blank';
  a.rel = 'noopener noreferrer';
  return a;
}

const paragraph = (text, name = 'text') => {
  const p = make('p', name);
  p.dir = 'auto';
  p.append(rich(String(text)));
  return p;
};

const mediaUrl = (object) => (object?.id ? `/phone/media/${encodeURIComponent(object.id)}` : null);

/** Image, video, audio, document or sticker. */
function media(kind, object, bubble) {
  const url = mediaUrl(object);
  if (!url) return make('p', 'placeholder', `${word(kind)}${object?.link ? ` · ${object.link}` : ''}`);
  if (kind === 'image' || kind === 'sticker') {
    const img = make('img', kind);
    img.alt = object.caption || word(kind);
    img.loading = 'lazy';
    img.src = url;
    img.onerror = () => img.replaceWith(make('p', 'placeholder', word(kind)));
    return img;
  }
  if (kind === 'video' || kind === 'audio' || kind === 'voice') {
    const el = make(kind === 'video' ? 'video' : 'audio', kind);
    el.controls = true;
    el.preload = 'metadata';
    el.src = url;
    el.setAttribute('aria-label', word(kind === 'video' ? 'video' : object.voice ? 'voice' : 'audio'));
    return el;
  }
  const a = make('a', 'file', '', icon(FILE), make('span', '', object.filename || word('document')));
  a.href = url;
  a.download = object.filename || 'document';
  a.dataset.id = bubble.id;
  return a;
}

function card(c) {
  const name = c.name?.formatted_name || c.name?.first_name || word('card');
  const lines = [...(c.phones ?? []).map((p) => p.phone), ...(c.emails ?? []).map((e) => e.email)].filter(Boolean);
  return make('div', 'card', '', icon(PERSON), make('div', '', '', make('strong', '', name), ...lines.map((l) => make('span', '', l))));
}

function place(l) {
  const label = l.name || l.address || `${l.latitude}, ${l.longitude}`;
  return make('div', 'card', '', icon(PIN), make('div', '', '', make('strong', '', label), make('span', '', l.address && l.name ? l.address : `${l.latitude}, ${l.longitude}`)));
}

function order(o) {
  const items = o.product_items ?? [];
  const total = items.reduce((sum, i) => sum + i.item_price * i.quantity, 0);
  const box = make('div', 'card', '', icon(BAG), make('div', '', '',
    make('strong', '', `${items.reduce((n, i) => n + Number(i.quantity), 0)} ${word('items')} · ${money(total, items[0]?.currency ?? 'BRL')}`),
    ...items.map((i) => make('span', '', `${i.quantity} × ${i.product_retailer_id}`))));
  return [box, o.text ? paragraph(o.text) : null];
}

/** Header, body and footer that templates and interactive messages share. */
function parts(o) {
  const out = [];
  const h = o.header;
  if (h?.type === 'text') out.push(make('p', 'title', h.text));
  else if (h?.type === 'location') out.push(place(h.location));
  else if (h) out.push(media(h.type, h[h.type], {}));
  const body = typeof o.body === 'string' ? o.body : o.body?.text;
  if (body) out.push(paragraph(body));
  const footer = typeof o.footer === 'string' ? o.footer : o.footer?.text;
  if (footer) out.push(make('p', 'footer', footer));
  return out;
}

/** A row of buttons below a message of the business. */
function choices(list, act) {
  const row = make('div', 'choices');
  for (const c of list) {
    const b = c.href ? anchor(c.href, c.text) : make('button', '', c.text);
    if (!c.href) {
      b.type = 'button';
      b.disabled = !act;
      b.addEventListener('click', () => act?.(c));
    }
    row.append(b);
  }
  return row;
}

function template(b, act) {
  const list = (b.content.buttons ?? []).map((t) => {
    if (t.type === 'URL') return { href: t.url, text: t.text };
    if (t.type === 'QUICK_REPLY') return { do: 'button', text: t.text, payload: t.payload };
    return { do: 'nothing', text: t.code ? `${t.text || word('code')} (${t.code})` : t.text || t.type };
  });
  return [...parts(b.content), list.length ? choices(list, act) : null];
}

function interactive(b, act) {
  const o = b.content;
  if (b.business === false) {
    const r = o.button_reply ?? o.list_reply;
    if (r) return [paragraph(r.title), r.description ? make('p', 'footer', r.description) : null];
    return [make('p', 'placeholder', o.nfm_reply ? word('formSent') : o.type)];
  }
  const a = o.action ?? {};
  let list = [];
  if (o.type === 'button') list = (a.buttons ?? []).map((x) => ({ do: 'reply', text: x.reply.title, id: x.reply.id }));
  else if (o.type === 'list') list = [{ do: 'list', text: a.button || word('options2'), sections: a.sections ?? [] }];
  else if (o.type === 'cta_url') list = [{ href: a.parameters?.url, text: a.parameters?.display_text }];
  else if (o.type === 'flow') list = [{ do: 'flow', text: a.parameters?.flow_cta || word('fillForm'), token: a.parameters?.flow_token }];
  else if (o.type === 'location_request_message') list = [{ do: 'location', text: word('shareLocation') }];
  else if (o.type === 'request_contact_info') list = [{ do: 'contact', text: word('shareContact') }];
  return [...parts(o), list.length ? choices(list, act) : make('p', 'footer', o.type)];
}

function content(b, act) {
  const c = b.content ?? {};
  switch (b.kind) {
    case 'text': return [paragraph(c.body ?? '')];
    case 'image': case 'video': case 'audio': case 'voice': case 'document': case 'sticker':
      return [media(b.kind, c, b), c.caption ? paragraph(c.caption) : null];
    case 'location': return [place(c)];
    case 'contacts': return (Array.isArray(c) ? c : []).map(card);
    case 'order': return order(c);
    case 'template': return template(b, act);
    case 'interactive': return interactive(b, act);
    case 'button': return [paragraph(c.text ?? '')];
    case 'system': return [make('p', 'placeholder', c.body || word('system'))];
    default: return [make('p', 'placeholder', b.kind === 'unsupported' ? word('unsupported') : `${word('unsupported')}: ${b.kind}`)];
  }
}

/** One line about a message, for the list and for quotes. */
export function summary(b) {
  const c = b.content ?? {};
  switch (b.kind) {
    case 'text': return c.body ?? '';
    case 'template': return c.body ?? word('template');
    case 'interactive': return c.button_reply?.title ?? c.list_reply?.title ?? (c.nfm_reply ? word('formSent') : c.body?.text) ?? '';
    case 'button': return c.text ?? '';
    case 'location': return `${word('location')}${c.name ? `: ${c.name}` : ''}`;
    case 'contacts': return `${word('card')}: ${c[0]?.name?.formatted_name ?? ''}`;
    case 'order': return word('order');
    case 'document': return c.caption || c.filename || word('document');
    case 'audio': return word(c.voice ? 'voice' : 'audio');
    case 'image': case 'video': return c.caption || word(b.kind);
    case 'sticker': return word('sticker');
    default: return word(b.kind);
  }
}

const TICK = 'M4 13l4 4L18 7';
const TICKS = 'M2 13l4 4L16 7M11 16l1 1L22 7';

function ticks(b) {
  const el = make('span', `ticks ${b.status}`, '', icon(b.status === 'accepted' ? TICK : TICKS));
  el.title = word(b.status);
  el.append(make('span', 'quiet', word(b.status)));
  return el;
}

/** The element of a message. `act` answers its buttons, `menu` opens its actions, `quoted` finds the message it quotes. */
export function bubble(b, { act, menu, quoted }) {
  if (b.business && b.status === 'failed') {
    const el = make('div', 'note failed', `${word('notDelivered')} (${b.error?.code ?? ''}: ${b.error?.title ?? ''})`);
    el.dataset.id = b.id;
    return el;
  }
  const el = make('article', `bubble ${b.business ? 'theirs' : 'mine'} kind-${b.kind}`);
  el.dataset.id = b.id;
  el.tabIndex = -1;
  const box = make('div', 'box');
  if (b.business && (b.status === 'accepted' || b.status === 'sent')) el.classList.add('pending');
  el.append(make('span', 'quiet', `${word(b.business ? 'business' : 'you')}:`));
  if (b.quote) {
    const q = quoted(b.quote);
    box.append(make('p', 'quote', q ? summary(q) : word('quoteGone')));
  }
  box.append(...content(b, b.business ? act : null).filter(Boolean));
  const meta = make('span', 'meta', '', make('time', '', hour(b.at_ms)));
  if (!b.business) meta.append(ticks(b));
  else if (el.classList.contains('pending')) meta.append(make('span', 'quiet', word('waiting')));
  box.append(meta);
  // The buttons stand below the time, as on a phone.
  const below = box.querySelector('.choices');
  if (below) box.append(below);
  el.append(box);
  const reactions = [b.user_reaction, b.business_reaction].filter(Boolean);
  if (reactions.length) {
    const r = make('span', 'reactions', reactions.join(' '));
    r.setAttribute('aria-label', `${word('reacted')}: ${reactions.join(' ')}`);
    r.setAttribute('role', 'img');
    el.append(r);
  }
  if (b.kind !== 'system') {
    const more = make('button', 'icon more', '', icon('M6 9l6 6 6-6'));
    more.type = 'button';
    more.setAttribute('aria-label', word('actions'));
    more.setAttribute('aria-haspopup', 'menu');
    more.addEventListener('click', () => menu(b, more));
    el.append(more);
  }
  return el;
}
