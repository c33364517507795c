import type { Host, ToHost } from "./bridge";
import { Connection, type State } from "./connection";
import { Files } from "./files";
import type { Language } from "./language";
import { later, newId, type Incoming, type Message, type Outgoing, type Position } from "./protocol";
import { ADOPT_AFTER, Queue, type Entry } from "./queue";
import type { Store } from "./store";
import { texts, type Texts } from "./text";
import { Timeline } from "./timeline";
import { throttle } from "./timing";
import { View } from "./view";

/** A page hidden for this long (ms) lets its connection go until it is looked at again. */
const HIDDEN_FOR = 5 * 60_000;
/** The server confirms a message within this time (ms), or the connection counts as dead. */
const CONFIRM_WITHIN = 10_000;
const TYPING_EVERY = 3_000;
const TYPING_SHOWN = 6_000;
/** A frame younger than this (ms) that needs a new ticket waits before it reloads, so it cannot spin. */
const YOUNG = 10_000;
const CALM = 30_000;
/** How long (ms) a passing word stays. */
const SAID = 5_000;

/** What the chat is made with. */
export interface Setup {
  readonly language: Language;
  readonly title: string;
  readonly ticket: string;
  readonly store: Store;
  /** Whether visitors may send files. */
  readonly files: boolean;
  /** Whether it stands in another page. */
  readonly framed: boolean;
  tell(message: ToHost): void;
}

type Timer = ReturnType<typeof setTimeout>;

/** The visitor's side of one conversation: joins connection, queue, timeline and view. */
export class Chat {
  private readonly t: Texts;
  private readonly queue: Queue;
  private readonly timeline = new Timeline();
  private readonly view: View;
  private readonly files: Files | undefined;
  private readonly connection: Connection;
  private readonly mayTell = throttle(TYPING_EVERY);
  private host: Host;
  /** The token that the current connection was opened with. */
  private used: string | undefined;
  private seen: Position = "0";
  private inFlight: Entry | undefined;
  /** After connecting, what any tab left behind goes first. */
  private draining = false;
  private resting = 0;
  private confirming: Timer | undefined;
  private sending: Timer | undefined;
  private typing: Timer | undefined;
  private hiding: Timer | undefined;

  constructor(private readonly setup: Setup) {
    this.t = texts[setup.language];
    this.queue = new Queue(setup.store, newId());
    this.host = { open: !setup.framed, focus: false, page: setup.framed ? "" : location.href, title: "" };
    this.files = setup.files
      ? new Files(this.t, {
          ticket: setup.ticket,
          language: setup.language,
          token: () => (this.connection.state.is === "ready" ? setup.store.get("token") : undefined),
          arrived: (message) => this.received(message),
          expired: () => this.renew(),
        })
      : undefined;
    this.view = new View(
      this.t,
      setup.language,
      {
        submit: (text) => this.submit(text),
        typed: () => {
          if (this.mayTell(Date.now())) this.connection.send({ frame: "typing" });
        },
        draft: (text) => (text ? setup.store.set("draft", text) : setup.store.delete("draft")),
        reachedEnd: () => this.markRead(),
        edit: (id) => this.edit(id),
        close: () => setup.tell({ prosa: "close" }),
        retry: () => this.connection.start(true),
      },
      setup.framed,
      this.files,
    );
    const address = new URL(location.pathname.replace(/\/$/, "") + "/live", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.connection = new Connection(address.href, {
      hello: () => this.hello(),
      received: (frame) => this.received(frame),
      changed: (state) => this.changed(state),
    });
  }

  /** Shows what is kept, listens to the page, and connects when there is a reason to. */
  begin(): void {
    const { store, title } = this.setup;
    this.view.setTitle(title);
    this.view.composer.text = store.get("draft") ?? "";
    this.draw();
    document.addEventListener("visibilitychange", () => this.visibility());
    window.addEventListener("focus", () => this.markRead());
    window.addEventListener("online", () => this.wake());
    window.addEventListener("offline", () => {
      if (/ready|connecting/.test(this.connection.state.is)) this.connection.drop();
    });
    // A page kept for the back button may hold no open connection.
    window.addEventListener("pagehide", () => this.connection.stop());
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) this.wake();
    });
    window.addEventListener("storage", ({ key, newValue }) => this.stored(key, newValue));
    setInterval(() => this.flush(), ADOPT_AFTER);
    this.setup.tell({ prosa: "ready" });
    this.wake();
  }

  /** The page opened or closed the panel, or says where the visitor is. */
  setHost(host: Host): void {
    const opened = host.open && !this.host.open;
    this.host = host;
    if (!opened) return;
    this.wake();
    this.view.log.toEnd();
    if (host.focus) this.view.focus();
  }

  private get readUpto(): Position {
    return /^\d+$/.exec(this.setup.store.get("read") ?? "")?.[0] ?? "0";
  }

  /** Connects when the panel is open, or a conversation may have news. */
  private wake(): void {
    const wanted = this.host.open || this.setup.store.get("token") || this.queue.next(Date.now(), true);
    if (wanted && this.connection.state.is !== "closed") this.connection.start(true);
  }

  private visibility(): void {
    clearTimeout(this.hiding);
    if (document.hidden) this.hiding = setTimeout(() => this.connection.stop(), HIDDEN_FOR);
    else {
      this.wake();
      this.markRead();
    }
  }

  private hello(): Outgoing {
    const { setup, host, timeline } = this;
    this.used = setup.store.get("token");
    return {
      frame: "hello",
      ticket: setup.ticket,
      ...(this.used ? { token: this.used } : {}),
      ...(timeline.highest !== "0" ? { since: timeline.highest } : {}),
      language: setup.language,
      ...(host.page ? { page: host.page } : {}),
      ...(host.title ? { title: host.title } : {}),
    };
  }

  private changed(state: State): void {
    if (state.is !== "ready") {
      this.inFlight = undefined;
      clearTimeout(this.confirming);
      this.showTyping(false);
    }
    this.view.setState(state);
  }

  private received(frame: Incoming): void {
    switch (frame.frame) {
      case "welcome":
        return this.welcome(frame);
      case "message":
        if (frame.from === "them") this.showTyping(false);
        this.queueDone(frame);
        this.draw(this.timeline.merge(frame) && frame.from !== "me" ? 1 : 0);
        return this.markRead();
      case "status":
        this.timeline.confirm(frame.client_id, frame.id, frame.n, frame.at);
        this.queue.remove(frame.client_id);
        this.landed(frame.client_id);
        return this.draw();
      case "seen":
        this.seen = later(this.seen, frame.upto);
        return this.draw();
      case "typing":
        return this.showTyping(true);
      case "error":
        return this.refused(frame);
      case "pong":
    }
  }

  private welcome(frame: Incoming & { frame: "welcome" }): void {
    const { setup, view, timeline } = this;
    const held = setup.store.get("token");
    // Another tab became this visitor meanwhile: be the same one. Nothing was sent from here yet.
    if (!this.used && held && held !== frame.token) {
      this.connection.stop();
      return this.connection.start(true);
    }
    if (held !== frame.token) setup.store.set("token", frame.token);
    // Under another token this may be another visitor: what is held here is asked for again as a whole.
    if (this.used && this.used !== frame.token && timeline.highest !== "0") {
      this.forget();
      this.connection.stop();
      return this.connection.start(true);
    }
    if (frame.reset) timeline.clear();
    let arrived = 0;
    for (const message of frame.messages) {
      this.queueDone(message);
      if (timeline.merge(message) && message.from !== "me") arrived += 1;
    }
    this.seen = later(this.seen, frame.seen ?? "0");
    if (frame.title) view.setTitle(frame.title);
    view.setOnline(frame.online);
    view.log.setGreeting(frame.greeting ?? "");
    this.draw(arrived);
    this.markRead();
    this.draining = true;
    this.flush();
    this.files?.pump();
  }

  /** Drops what the server told about the visitor; what waits to be sent stays. */
  private forget(): void {
    this.setup.store.delete("read");
    this.timeline.clear();
    this.seen = "0";
    this.draw();
  }

  private refused(frame: Incoming & { frame: "error" }): void {
    const { connection, queue, setup, view } = this;
    const wait = Math.min(Math.max(frame.retry_after_ms ?? 2_000, 250), 120_000);
    switch (frame.code) {
      case "bad_ticket":
        return this.renew();
      case "bad_token":
        // Another tab may have started anew already: then its token is the one to use.
        if (setup.store.get("token") === this.used) {
          setup.store.delete("token");
          this.forget();
          view.composer.say(this.t.anew);
        }
        return connection.drop();
      case "closed":
        return connection.stop("closed");
      case "unavailable":
        // The server's own trouble: what waits is sent again when it is over.
        return connection.drop(frame.retry_after_ms);
      case "rate_limited":
        if (connection.state.is !== "ready") return connection.drop(wait);
        view.say(this.t.limited, wait);
        this.resting = Date.now() + wait;
        clearTimeout(this.sending);
        this.sending = setTimeout(() => this.flush(), wait + 50);
        if (frame.client_id) this.landed(frame.client_id);
        return;
      default:
        if (!frame.client_id) return;
        queue.fail(frame.client_id, frame.code === "too_long" ? frame.code : (frame.text || frame.code).slice(0, 200));
        this.landed(frame.client_id);
        this.draw();
        view.say(this.t.failed, SAID);
    }
  }

  /** The ticket is too old: the page's loader, or this page itself, asks the server for a new one. */
  private renew(): void {
    const wait = performance.now() < YOUNG ? CALM : 0;
    this.connection.drop(wait + CALM);
    setTimeout(() => (this.setup.framed ? this.setup.tell({ prosa: "reload" }) : location.reload()), wait);
  }

  private submit(text: string): boolean {
    if (!this.queue.add(newId(), text, Date.now())) {
      this.view.composer.say(this.t.full, true);
      return false;
    }
    this.draw();
    this.view.log.toEnd();
    this.wake();
    this.flush();
    return true;
  }

  private edit(id: string): void {
    const entry = this.queue.list().find((candidate) => candidate.id === id);
    if (!entry) return;
    const { composer } = this.view;
    composer.text = [entry.text, composer.text].filter(Boolean).join("\n");
    this.queue.remove(id);
    this.draw();
    composer.focus();
  }

  /** Sends the oldest waiting message. One at a time, so that their order holds when one is put off. */
  private flush(): void {
    const now = Date.now();
    if (this.inFlight || now < this.resting || this.connection.state.is !== "ready") return;
    const entry = this.queue.next(now, this.draining);
    if (!entry) return void (this.draining = false);
    if (!this.connection.send({ frame: "message", client_id: entry.id, text: entry.text })) return;
    this.inFlight = entry;
    this.confirming = setTimeout(() => this.connection.drop(), CONFIRM_WITHIN);
  }

  /** The server answered for a message: the next one may go. */
  private landed(id: string): void {
    if (this.inFlight?.id !== id) return;
    this.inFlight = undefined;
    clearTimeout(this.confirming);
    this.flush();
  }

  private queueDone({ from, client_id }: Message): void {
    if (from !== "me" || !client_id) return;
    this.queue.remove(client_id);
    this.landed(client_id);
  }

  /** Another tab of this visitor changed what is kept. */
  private stored(key: string | null, value: string | null): void {
    const { prefix } = this.setup.store;
    if (!key?.startsWith(prefix)) return;
    const name = key.slice(prefix.length);
    if (name.startsWith("q.")) {
      this.draw();
      // A message that left from another tab says that the server can be reached again.
      if (value === null) this.wake();
    }
    if (name === "read") this.tellUnread();
    if (name === "token") this.wake();
  }

  /** What is in sight of a looking visitor is read. */
  private markRead(): void {
    const { connection, host, setup, timeline, view } = this;
    const { highest } = timeline;
    const looking = host.open && !document.hidden && view.log.atEnd;
    if (looking && timeline.unreadAfter(this.readUpto) > 0 && connection.send({ frame: "read", upto: highest })) {
      setup.store.set("read", highest);
    }
    this.tellUnread();
  }

  private tellUnread(): void {
    this.setup.tell({ prosa: "unread", count: this.timeline.unreadAfter(this.readUpto) });
  }

  private showTyping(on: boolean): void {
    clearTimeout(this.typing);
    this.view.composer.setTyping(on);
    if (on) this.typing = setTimeout(() => this.showTyping(false), TYPING_SHOWN);
  }

  private draw(arrived = 0): void {
    const waiting = this.queue.list();
    const { inFlight } = this;
    // Another tab may hear of it first and take it out of the queue: it stays on view until the answer comes here.
    if (inFlight && !waiting.some((entry) => entry.id === inFlight.id)) waiting.push(inFlight);
    this.timeline.syncQueue(waiting);
    this.view.log.draw(this.timeline.rows(), this.seen, arrived);
  }
}
