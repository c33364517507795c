// The script that a page carries: <script async src="https://HOST/widget.js" data-key="KEY"></script>.
// It makes one element, <prosa-chat>, with everything inside a closed shadow root, and an <iframe> of
// the server that the script came from. It stores nothing and defines no global.
import css from "./loader.css";
import { pickLanguage, type Language } from "./parts/language";

interface Labels {
  readonly open: string;
  readonly close: string;
  readonly unread: string;
  readonly wait: string;
  readonly failed: string;
}

const labels: Readonly<Record<Language, Labels>> = {
  "pt-BR": {
    open: "Abrir o chat",
    close: "Fechar o chat",
    unread: "mensagens novas",
    wait: "Abrindo o chat…",
    failed: "O chat não respondeu. Feche e abra para tentar de novo.",
  },
  en: {
    open: "Open chat",
    close: "Close chat",
    unread: "new messages",
    wait: "Opening the chat…",
    failed: "The chat did not answer. Close it and open it to try again.",
  },
  es: {
    open: "Abrir el chat",
    close: "Cerrar el chat",
    unread: "mensajes nuevos",
    wait: "Abriendo el chat…",
    failed: "El chat no respondió. Ciérralo y ábrelo para probar de nuevo.",
  },
};

const TAG = "prosa-chat";
/** Above this (ms) without a word from the frame, the panel says that it did not answer. */
const PATIENCE = 12_000;
/** Same condition as in loader.css: the panel takes the whole screen. */
const small = matchMedia("(max-width: 479.98px), (max-height: 479.98px)");
const speech = "M4 5h16v11H10l-5 4v-4H4z";
const cross = "M6 6l12 12M18 6L6 18";

function make<K extends keyof HTMLElementTagNameMap>(tag: K, name: string): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}

function icon(shape: string): { svg: SVGElement; draw: (shape: string) => void } {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  const draw = (next: string): void => path.setAttribute("d", next);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  draw(shape);
  return { svg, draw };
}

function start(script: HTMLScriptElement): void {
  const source = new URL(script.src);
  // Tag managers drop data attributes: the same settings are read from the script's address too.
  const setting = (name: string): string | null => script.dataset[name] ?? source.searchParams.get(name);
  const key = setting("key");
  if (!key) return console.warn("Prosa chat: the script tag has no data-key.");
  if (document.querySelector(TAG)) return;

  const language = pickLanguage(setting("language"), document.documentElement.lang, navigator.language);
  const label = labels[language];
  const address = new URL("chat/" + encodeURIComponent(key), source);
  address.search = "?lang=" + language;

  const host = document.createElement(TAG);
  if (setting("position") === "left") host.dataset["position"] = "left";
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];

  const launcher = make("button", "launcher");
  const count = make("span", "count");
  const face = icon(speech);
  const panel = make("dialog", "");
  const note = make("p", "wait");
  const closer = make("button", "close");
  launcher.type = closer.type = "button";
  launcher.setAttribute("aria-haspopup", "dialog");
  launcher.append(face.svg, count);
  count.ariaHidden = "true";
  note.setAttribute("role", "status");
  closer.ariaLabel = label.close;
  closer.append(icon(cross).svg);
  panel.ariaLabel = "Chat";
  panel.append(closer, note);
  root.append(launcher, panel);

  let open = false;
  let unread = 0;
  let frame: HTMLIFrameElement | undefined;
  let ready = false;
  let patience: ReturnType<typeof setTimeout> | undefined;
  let failed = false;
  /** Whether the frame should take the focus when it next hears that it is open. */
  let focus = false;

  function load(): void {
    if (frame && root.activeElement === frame) focus = true;
    frame?.remove();
    ready = failed = false;
    panel.className = "";
    note.textContent = label.wait;
    frame = make("iframe", "");
    frame.title = "Chat";
    frame.allow = "";
    // The server learns from it on which site the frame stands, whatever the page's own policy is.
    frame.referrerPolicy = "origin";
    frame.src = address.href;
    panel.append(frame);
    clearTimeout(patience);
    patience = setTimeout(() => {
      failed = true;
      note.textContent = label.failed;
    }, PATIENCE);
  }

  function tell(): void {
    if (!ready) return;
    const page = location.href.replace(/#.*/s, "").slice(0, 2000);
    const title = document.title.slice(0, 300);
    if (focus) frame?.focus();
    frame?.contentWindow?.postMessage({ prosa: open ? "open" : "closed", page, title, focus }, address.origin);
    focus = false;
  }

  function name(): void {
    const shown = open ? 0 : unread;
    count.textContent = shown > 9 ? "9+" : shown > 0 ? String(shown) : "";
    launcher.ariaLabel = open ? label.close : shown > 0 ? `${label.open}, ${label.unread}: ${shown}` : label.open;
    launcher.ariaExpanded = String(open);
    face.draw(open ? cross : speech);
  }

  function toggle(next: boolean): void {
    if (open === next) return;
    open = next;
    if (open) {
      if (!frame || failed) load();
      // Over the whole screen it is modal, so that the keyboard cannot wander behind it.
      if (small.matches) panel.showModal();
      else panel.show();
      fit();
      focus = true;
      if (!ready) closer.focus();
    } else {
      focus = false;
      panel.close();
      launcher.focus();
    }
    tell();
    name();
  }

  // A phone's keyboard covers the window without making it smaller.
  function fit(): void {
    const view = window.visualViewport;
    if (!view || !open || view.scale > 1.05) return;
    panel.style.setProperty("--top", view.offsetTop + "px");
    panel.style.setProperty("--height", view.height + "px");
  }
  window.visualViewport?.addEventListener("resize", fit);
  window.visualViewport?.addEventListener("scroll", fit);

  launcher.addEventListener("click", () => toggle(!open));
  closer.addEventListener("click", () => toggle(false));
  panel.addEventListener("close", () => toggle(false));
  root.addEventListener("keydown", (event) => {
    if ((event as KeyboardEvent).key === "Escape") toggle(false);
  });

  window.addEventListener("message", (event: MessageEvent<unknown>) => {
    if (event.origin !== address.origin || !frame || event.source !== frame.contentWindow) return;
    const message = event.data as { prosa?: unknown; count?: unknown } | null;
    switch (message?.prosa) {
      case "ready":
        clearTimeout(patience);
        ready = true;
        failed = false;
        panel.className = "ready";
        tell();
        break;
      case "unread":
        unread = Math.max(0, Math.trunc(Number(message.count)) || 0);
        name();
        break;
      case "close":
        toggle(false);
        break;
      case "reload":
        load();
    }
  });

  name();
  // Beside the body, so that sites that replace their body between pages keep the chat.
  document.documentElement.append(host);
  const preload = (): void => {
    if (!frame) load();
  };
  const idle = (): unknown => ("requestIdleCallback" in window ? requestIdleCallback(preload) : setTimeout(preload, 200));
  if (document.readyState === "complete") idle();
  else addEventListener("load", idle, { once: true });
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  if (document.body) start(script);
  else document.addEventListener("DOMContentLoaded", () => start(script), { once: true });
}
