/** A message as the server tells it. */
export interface Message {
  readonly id: string;
  /** Position in the conversation, ascending. */
  readonly n: number;
  readonly from: "me" | "them" | "system";
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly author?: string;
  /** The id that this visitor's browser gave its own message. */
  readonly client_id?: string;
}

/** What the visitor sends. */
export type Outgoing =
  | {
      frame: "hello";
      ticket: string;
      token?: string;
      since?: number;
      language?: string;
      page?: string;
      title?: string;
    }
  | { frame: "message"; client_id: string; text: string }
  | { frame: "typing" }
  | { frame: "read"; upto: number }
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
      seen?: number;
      /** The messages are not what follows `since`: forget those held and show these. */
      reset?: boolean;
      messages: Message[];
    }
  | ({ frame: "message" } & Message)
  | { frame: "status"; client_id: string; id: string; n: number; at: number }
  | { frame: "seen"; upto: number }
  | { frame: "typing" }
  | { frame: "error"; code: string; text?: string; client_id?: string; retry_after_ms?: number }
  | { frame: "pong" };

/** Longest message, in Unicode code points. */
export const TEXT_LIMIT = 4096;

const text = (value: unknown): value is string => typeof value === "string";
const number = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

function isMessage(value: unknown): value is Message {
  if (typeof value !== "object" || value === null) return false;
  const it = value as Record<string, unknown>;
  const from = it["from"];
  return (
    text(it["id"]) &&
    number(it["n"]) &&
    number(it["at"]) &&
    text(it["text"]) &&
    (from === "me" || from === "them" || from === "system")
  );
}

/** A frame from its JSON text; nothing when it is not one that this widget knows. */
export function readFrame(json: unknown): Incoming | undefined {
  let it: Record<string, unknown>;
  try {
    it = JSON.parse(String(json)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  if (typeof it !== "object" || it === null) return undefined;
  switch (it["frame"]) {
    case "welcome": {
      if (!text(it["token"]) || !Array.isArray(it["messages"])) return undefined;
      return { ...(it as Incoming & { frame: "welcome" }), messages: it["messages"].filter(isMessage) };
    }
    case "message":
      return isMessage(it) ? (it as unknown as Incoming) : undefined;
    case "status":
      return text(it["client_id"]) && text(it["id"]) && number(it["n"]) && number(it["at"])
        ? (it as unknown as Incoming)
        : undefined;
    case "seen":
      return number(it["upto"]) ? (it as unknown as Incoming) : undefined;
    case "error":
      return text(it["code"]) ? (it as unknown as Incoming) : undefined;
    case "typing":
    case "pong":
      return it as unknown as Incoming;
    default:
      return undefined;
  }
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
