/** What the page that carries the frame tells it. */
export interface Host {
  readonly open: boolean;
  /** The visitor opened it just now, or was in it: it takes the focus. */
  readonly focus: boolean;
  readonly page: string;
  readonly title: string;
}

/** What the frame tells the page that carries it. */
export type ToHost = { prosa: "ready" | "close" | "reload" } | { prosa: "unread"; count: number };

/**
 * The only road between the frame and the page: messages to and from exactly the origin that the
 * server rendered, and exactly the window that holds the frame. Without an origin nothing passes.
 */
export function openBridge(origin: string, changed: (host: Host) => void): (message: ToHost) => void {
  if (!origin) return () => undefined;
  window.addEventListener("message", (event: MessageEvent<unknown>) => {
    if (event.origin !== origin || event.source !== window.parent) return;
    const { prosa, page, title, focus } = (event.data ?? {}) as Record<string, unknown>;
    if (prosa !== "open" && prosa !== "closed") return;
    changed({ open: prosa === "open", focus: focus === true, page: short(page), title: short(title) });
  });
  return (message) => window.parent.postMessage(message, origin);
}

function short(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 2000) : "";
}
