// The chat itself, inside the frame that loader.ts puts on a page (or opened by itself as a page).
// The server renders <html lang data-key data-parent data-title data-ticket data-files> around it.
import { openBridge } from "./parts/bridge";
import { Chat } from "./parts/chat";
import { pickLanguage } from "./parts/language";
import { localArea, Store } from "./parts/store";

const { lang, dataset } = document.documentElement;
const key = dataset["key"] ?? "";
const framed = window.parent !== window;
const language = pickLanguage(new URLSearchParams(location.search).get("lang"), lang, navigator.language);
document.documentElement.lang = language;

const chat = new Chat({
  language,
  title: dataset["title"] || "Chat",
  ticket: dataset["ticket"] ?? "",
  files: dataset["files"] !== undefined,
  store: new Store(`prosa.${key}.`, localArea()),
  framed,
  tell: openBridge(framed ? (dataset["parent"] ?? "") : "", (host) => chat.setHost(host)),
});
chat.begin();
