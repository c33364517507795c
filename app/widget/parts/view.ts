import type { State } from "./connection";
import { Composer, type ComposerOwner } from "./composer";
import { button, h, icon, shapes } from "./dom";
import type { Files } from "./files";
import type { Language } from "./language";
import { Log, type LogOwner } from "./log";
import type { Texts } from "./text";

/** What the view asks of its owner. */
export interface ViewOwner extends ComposerOwner, LogOwner {
  close(): void;
  retry(): void;
}

/** A connection made within this time (ms) is not worth a line. */
const QUIET = 800;
/** How long (ms) the line tells that the connection is back. */
const BACK = 2_000;

/** The whole panel: head, state of the connection, messages, composer. */
export class View {
  readonly log: Log;
  readonly composer: Composer;
  private readonly title = h("h1");
  private readonly presence = h("p", "presence");
  private readonly words = h("span");
  private readonly seconds = h("span", "seconds");
  private readonly again: HTMLButtonElement;
  private readonly line: HTMLElement;
  private lineTimer: ReturnType<typeof setTimeout> | undefined;
  private troubled = false;

  constructor(
    private readonly t: Texts,
    language: Language,
    owner: ViewOwner,
    closable: boolean,
    files?: Files,
  ) {
    this.log = new Log(t, language, owner);
    this.composer = new Composer(t, owner, files);
    this.words.role = "status";
    // A countdown read aloud each second would be noise.
    this.seconds.ariaHidden = "true";
    this.again = button("link", () => owner.retry(), t.retry);
    this.line = h("div", "line", this.words, this.seconds, this.again);
    const head = h("header", "", h("div", "names", this.title, this.presence));
    if (closable) {
      const close = button("close", () => owner.close(), icon(shapes.close));
      close.ariaLabel = close.title = t.close;
      head.append(close);
    }
    document.body.append(head, this.line, this.log.element, this.composer.element);
    this.show("");
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) owner.close();
    });
  }

  setTitle(title: string): void {
    document.title = this.title.textContent = title;
  }

  setOnline(online: boolean | undefined): void {
    this.presence.textContent = online === undefined ? "" : online ? this.t.online : this.t.away;
    this.presence.classList.toggle("on", online === true);
  }

  /** Puts the focus where the visitor goes on; a phone's keyboard stays down until asked for. */
  focus(): void {
    if (matchMedia("(pointer: fine)").matches) this.composer.focus();
    else this.log.focus();
  }

  /** Shows the state of the connection. */
  setState(state: State): void {
    clearTimeout(this.lineTimer);
    const { t } = this;
    // Whether somebody is there is not known without a connection.
    this.presence.hidden = state.is !== "ready";
    if (state.is === "waiting") {
      this.troubled = true;
      this.show(t.offline, true, state.retryAt);
    } else if (state.is === "closed") {
      this.troubled = true;
      this.show(t.unavailable, true);
    } else if (state.is === "connecting") {
      this.lineTimer = setTimeout(() => this.show(t.connecting), this.troubled ? 0 : QUIET);
    } else if (state.is === "ready" && this.troubled) {
      this.troubled = false;
      this.say(t.connected, BACK);
    } else this.show("");
  }

  /** A passing word in the line. */
  say(text: string, lasting: number): void {
    clearTimeout(this.lineTimer);
    this.show(text);
    this.lineTimer = setTimeout(() => this.show(""), lasting);
  }

  private show(text: string, retry = false, retryAt?: number): void {
    this.line.hidden = !text;
    this.line.classList.toggle("good", text === this.t.connected);
    if (this.words.textContent !== text) this.words.textContent = text;
    this.again.hidden = !retry;
    const left = retryAt === undefined ? 0 : Math.ceil((retryAt - Date.now()) / 1000);
    this.seconds.textContent = left > 0 ? `${left} s` : "";
    if (left > 0) this.lineTimer = setTimeout(() => this.show(text, retry, retryAt), 1000);
  }
}
