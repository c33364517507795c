/**
 * A message's place in the conversation: an integer of up to 64 bits as its decimal digits, here and on the wire,
 * because JavaScript's numbers lose the last ones.
 */
export type Position = string;

/** Orders positions, for `sort`. */
export function ascending(a: Position, b: Position): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** The later of two positions. */
export function later(a: Position, b: Position): Position {
  return ascending(a, b) < 0 ? b : a;
}

/** A file of a message. */
export interface ChatFile {
  /** Path on the chat's own server. */
  readonly url: string;
  readonly mime: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Pixels; 0 when unknown. */
  readonly width: number;
  readonly height: number;
}

/** A message as the server tells it. */
export interface Message {
  readonly id: string;
  readonly n: Position;
  readonly from: "me" | "them" | "system";
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly author?: string;
  /** The id that this visitor's browser gave its own message. */
  readonly client_id?: string;
  readonly file?: ChatFile;
  /** The text was changed after it was sent. */
  readonly edited?: boolean;
}

/** What the visitor sends. */
export type Outgoing =
  | {
      frame: "hello";
      ticket: string;
      token?: string;
      since?: Position;
      language?: string;
      page?: string;
      title?: string;
    }
  | { frame: "message"; client_id: string; text: string }
  | { frame: "typing" }
  | { frame: "read"; upto: Position }
  | { frame: "ping" };

/** What the server sends. */
export type Incoming =
  | {
      frame: "welcome";
      token: string;
      title?: string;
      greeting?: string;
      online?: boolean;
      /** Highest own message that an agent has read. */
      seen?: Position;
      /** The messages are not what follows `since`: forget those held and show these. */
      reset?: boolean;
      messages: Message[];
    }
  | ({ frame: "message" } & Message)
  | { frame: "status"; client_id: string; id: string; n: Position; at: number }
  | { frame: "seen"; upto: Position }
  | { frame: "typing" }
  | { frame: "error"; code: string; text?: string; client_id?: string; retry_after_ms?: number }
  | { frame: "pong" };

/** Longest message, in Unicode code points. */
export const TEXT_LIMIT = 4096;

type Fields = Record<string, unknown>;

const text = (value: unknown): value is string => typeof value === "string";
const time = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** The digits of a position, or nothing. */
function position(value: unknown): Position | undefined {
  return text(value) && /^\d{1,20}$/.test(value) ? value : undefined;
}

/** A file, when its address is one of the chat's own server. */
function readFile(value: unknown): ChatFile | undefined {
  const { url, mime, name, size, width, height } = (value ?? {}) as Fields;
  if (!text(url) || !/^\/f\/[\w.-]+$/.test(url) || !text(mime) || !text(name) || !time(size)) return undefined;
  return { url, mime, name, size, width: time(width) ? width : 0, height: time(height) ? height : 0 };
}

function readMessage(value: unknown): Message | undefined {
  const it = (value ?? {}) as Fields;
  const { id, from, at, author, client_id } = it;
  const n = position(it["n"]);
  if (!text(id) || !n || !time(at) || !text(it["text"])) return undefined;
  if (from !== "me" && from !== "them" && from !== "system") return undefined;
  const file = readFile(it["file"]);
  return {
    id,
    n,
    from,
    at,
    text: it["text"],
    ...(text(author) && author ? { author } : {}),
    ...(text(client_id) ? { client_id } : {}),
    ...(file ? { file } : {}),
    ...(it["edited"] === true ? { edited: true } : {}),
  };
}

/** A frame from its JSON text; nothing when it is not one that this widget knows. */
export function readFrame(json: unknown): Incoming | undefined {
  let it: Fields | null;
  try {
    it = JSON.parse(String(json)) as Fields | null;
  } catch {
    return undefined;
  }
  const frame = it?.["frame"];
  if (!it) return undefined;
  if (frame === "typing" || frame === "pong") return { frame };
  if (frame === "message") {
    const message = readMessage(it);
    return message && { frame, ...message };
  }
  if (frame === "seen") {
    const upto = position(it["upto"]);
    return upto ? { frame, upto } : undefined;
  }
  if (frame === "status") {
    const { client_id, id, at } = it;
    const n = position(it["n"]);
    return text(client_id) && text(id) && time(at) && n ? { frame, client_id, id, n, at } : undefined;
  }
  if (frame === "error") {
    const { code, client_id, retry_after_ms } = it;
    if (!text(code)) return undefined;
    return {
      frame,
      code,
      ...(text(it["text"]) ? { text: it["text"] } : {}),
      ...(text(client_id) ? { client_id } : {}),
      ...(time(retry_after_ms) ? { retry_after_ms } : {}),
    };
  }
  if (frame === "welcome") {
    const { token, title, greeting, online, reset, messages } = it;
    const seen = position(it["seen"]);
    if (!text(token) || !Array.isArray(messages)) return undefined;
    return {
      frame,
      token,
      ...(text(title) ? { title } : {}),
      ...(text(greeting) ? { greeting } : {}),
      ...(typeof online === "boolean" ? { online } : {}),
      ...(reset === true ? { reset } : {}),
      ...(seen ? { seen } : {}),
      messages: messages.map(readMessage).filter((message) => message !== undefined),
    };
  }
  return undefined;
}

/**
 * Typed text as it is sent: line ends as `\n`, no control characters, no halves of surrogate pairs
 * (which are no valid JSON text for the server), no white space around.
 */
export function cleanText(typed: string): string {
  return typed
    .replace(/\r\n?/g, "\n")
    .replace(/[\0-\x08\x0b-\x1f\x7f]/g, "")
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .trim();
}

/** Length as the server counts it: Unicode code points. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** A random id, also where the page is not a secure context. */
export function newId(): string {
  if ("randomUUID" in crypto) return crypto.randomUUID();
  const bytes = [...(crypto as Crypto).getRandomValues(new Uint8Array(16))];
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
