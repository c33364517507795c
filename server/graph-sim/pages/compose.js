// What the person on the phone can send, and the menus for it.

import { icon, make } from './bubble.js';
import { word } from './words.js';

/** A POST of JSON; throws an Error with the sentence of the answer. */
export async function post(path, body) {
  const response = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `HTTP ${response.status}`);
  return answer;
}

/** Opens a menu beside a button. Arrows move, Escape closes, the button gets the focus back. */
export function openMenu(anchor, label, items) {
  document.querySelector('.menu')?.remove();
  const box = make('div', 'menu');
  box.setAttribute('role', 'menu');
  box.setAttribute('aria-label', label);
  const close = (focus) => {
    box.remove();
    anchor.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside, true);
    if (focus) anchor.focus();
  };
  const outside = (e) => {
    if (!box.contains(e.target)) close(false);
  };
  for (const item of items) {
    const b = make('button', item.name ?? '', '', item.icon ? icon(item.icon) : null, make('span', '', item.text));
    b.type = 'button';
    b.setAttribute('role', 'menuitem');
    if (item.label) b.setAttribute('aria-label', item.label);
    b.tabIndex = -1;
    b.addEventListener('click', () => {
      close(true);
      item.run();
    });
    box.append(b);
  }
  box.addEventListener('keydown', (e) => {
    const all = [...box.children];
    const at = all.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key];
    if (step) all[(at + step + all.length) % all.length].focus();
    else if (e.key === 'Home') all[0].focus();
    else if (e.key === 'End') all.at(-1).focus();
    else if (e.key === 'Escape') close(true);
    else if (e.key === 'Tab') close(false);
    else return;
    if (e.key !== 'Tab') e.preventDefault();
  });
  document.body.append(box);
  place(box, anchor);
  anchor.setAttribute('aria-expanded', 'true');
  document.addEventListener('pointerdown', outside, true);
  box.firstElementChild?.focus();
}

/** Puts a menu beside its button, inside the window. */
function place(box, anchor) {
  const at = anchor.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8));
  const above = at.top - size.height - 6;
  const below = at.bottom + 6;
  const top = below + size.height < innerHeight - 8 || above < 8 ? Math.min(below, Math.max(8, innerHeight - size.height - 8)) : above;
  box.style.setProperty('left', `${left}px`);
  box.style.setProperty('top', `${top}px`);
}

const KINDS = ['image', 'video', 'audio'];

/** Message type for a file of this computer. */
function kindOf(file) {
  if (file.type === 'image/webp') return 'sticker';
  const kind = KINDS.find((k) => file.type.startsWith(`${k}/`));
  return kind === 'image' && !/jpeg|png/.test(file.type) ? 'document' : (kind ?? 'document');
}

/** A file as base64. */
const base64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});

/** The order for a file of this computer; the text written so far becomes its caption. */
export async function fileOrder(file, caption) {
  if (file.size > 20 * 1024 * 1024) throw new Error(word('tooLarge'));
  const kind = kindOf(file);
  const object = { base64: await base64(file), mime_type: file.type || 'application/octet-stream' };
  if (kind === 'document') object.filename = file.name;
  if (caption && ['image', 'video', 'document'].includes(kind)) object.caption = caption;
  return { type: kind, [kind]: object };
}

const withCaption = (kind, caption) => ({ type: kind, [kind]: caption ? { caption } : {} });

/** Items of the attach menu. `send(order, usedText)` sends; `text()` is what is written so far. */
export function attachments(send, text, pick) {
  const captioned = (kind) => () => send(withCaption(kind, text()), true);
  const plain = (order) => () => send(order, false);
  return [
    { text: word('photo'), icon: 'M4 6h16v12H4zM8 11.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM4 16l5-4 4 3 3-2 4 3', run: captioned('image') },
    { text: word('video'), icon: 'M4 6h11v12H4zM15 10l5-3v10l-5-3', run: captioned('video') },
    { text: word('voice'), icon: 'M12 4a3 3 0 0 0-3 3v4a3 3 0 0 0 6 0V7a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0M12 17v3', run: plain({ type: 'audio' }) },
    { text: word('document'), icon: 'M7 3h7l4 4v14H7zM14 3v4h4', run: captioned('document') },
    { text: word('sticker'), icon: 'M12 3a9 9 0 1 0 9 9M9 10v.01M15 10v.01M8.5 14.5a4.5 4.5 0 0 0 7 0', run: plain({ type: 'sticker' }) },
    { text: word('location'), icon: 'M12 21c4-5 7-8.5 7-12a7 7 0 0 0-14 0c0 3.5 3 7 7 12zM12 11.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z', run: plain({ type: 'location' }) },
    { text: word('card'), icon: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c.8-4 4-6 8-6s7.2 2 8 6', run: plain({ type: 'contacts' }) },
    { text: word('order'), icon: 'M5 8h14l-1 13H6zM9 8V6a3 3 0 0 1 6 0v2', run: plain({ type: 'order' }) },
    { text: word('poll'), icon: 'M5 20V10M12 20V4M19 20v-7', run: plain({ type: 'unsupported', unsupported: { type: 'poll_creation' } }) },
    { text: word('forwarded'), icon: 'M13 6l6 6-6 6M19 12H5', run: () => send({ text: text() || word('forwardedText'), context: { forwarded: true } }, true) },
    { text: word('ad'), icon: 'M4 10v4h3l8 4V6l-8 4zM18 9a4 4 0 0 1 0 6', run: () => send({ text: text() || word('adText'), referral: ad() }, true) },
    { text: word('ownFile'), icon: 'M12 16V5M7 9l5-5 5 5M5 19h14', run: pick },
  ];
}

const ad = () => ({
  source_url: 'https://fb.me/demo', source_id: '120208000000000', source_type: 'ad', headline: 'Semana do café',
  body: 'Café fresco com entrega no mesmo dia', media_type: 'image', image_url: 'https://example.com/ad.jpg', ctwa_clid: `clid-${Date.now()}`,
});

/** The order that answers a button of a message. None for a button that does nothing here. */
export function answerOrder(b, choice, contact) {
  const context = { message_id: b.id };
  switch (choice.do) {
    case 'button': return { type: 'button', button: { payload: choice.payload, text: choice.text }, context };
    case 'reply': return { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: choice.id, title: choice.text } }, context };
    case 'row': {
      const row = { id: choice.id, title: choice.text };
      if (choice.description) row.description = choice.description;
      return { type: 'interactive', interactive: { type: 'list_reply', list_reply: row }, context };
    }
    case 'flow': return {
      type: 'interactive', context,
      interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json: JSON.stringify({ flow_token: choice.token, name: contact.name }) } },
    };
    case 'location': return { type: 'location', context };
    case 'contact': return {
      type: 'contacts', context,
      contacts: [{ name: { formatted_name: contact.name, first_name: contact.name }, phones: [{ phone: `+${contact.wa_id ?? '5511900000000'}` }], origin: 'contact_request' }],
    };
    default: return null;
  }
}

/** Items of a message's menu. */
export function messageActions(b, { reply, react }) {
  const items = [{ text: word('reply'), icon: 'M10 7l-6 5 6 5M4 12h9a6 6 0 0 1 6 6', run: () => reply(b) }];
  for (const emoji of ['👍', '❤️', '😂', '😮', '😢', '🙏']) {
    items.push({ text: emoji, label: `${word('react')} ${emoji}`, name: 'emoji', run: () => react(b, emoji) });
  }
  if (b.user_reaction) items.push({ text: word('unreact'), icon: 'M6 6l12 12M18 6L6 18', run: () => react(b, '') });
  return items;
}

/** Items of the person's menu: each mark can be put and taken away. */
export function personActions(c, change) {
  const flip = (key, on, off, extra = {}) => ({ text: word(c[key] ? off : on), run: () => change({ [key]: !c[key], ...extra }) });
  return [
    flip('offline', 'offlineOn', 'offlineOff'),
    flip('auto_read', 'autoOn', 'autoOff'),
    flip('opted_out', 'optOut', 'optIn', { notify: true }),
    flip('not_on_whatsapp', 'goneOn', 'goneOff'),
  ];
}
