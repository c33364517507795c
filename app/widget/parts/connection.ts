import { readFrame, type Incoming, type Outgoing } from "./protocol";
import { backoff } from "./timing";

/** How the connection is doing; `retryAt` is in milliseconds since 1970. */
export type State =
  | { readonly is: "idle" }
  | { readonly is: "connecting" }
  | { readonly is: "ready" }
  | { readonly is: "waiting"; readonly retryAt: number }
  | { readonly is: "closed" };

/** What the connection asks of its owner. */
export interface Owner {
  /** The first frame of a new connection. */
  hello(): Outgoing;
  /** A frame other than `pong`. */
  received(frame: Incoming): void;
  changed(state: State): void;
}

const PING_EVERY = 25_000;
const PONG_WITHIN = 10_000;
const OPEN_WITHIN = 15_000;
/** A connection that lived this long counts as good, and the next wait starts small again. */
const STABLE_AFTER = 10_000;

type Timer = ReturnType<typeof setTimeout>;

/** One WebSocket that comes back by itself, with a heartbeat that notices silent death. */
export class Connection {
  state: State = { is: "idle" };
  private socket: WebSocket | undefined;
  private attempt = 0;
  private holdUntil = 0;
  private retry: Timer | undefined;
  private beat: Timer | undefined;
  private stable: Timer | undefined;

  constructor(
    private readonly address: string,
    private readonly owner: Owner,
  ) {}

  /** Connects unless connected or about to be; `now` skips a wait. */
  start(now = false): void {
    if (this.socket || (this.state.is === "waiting" && !now)) return;
    clearTimeout(this.retry);
    const wait = this.holdUntil - Date.now();
    if (wait > 0) return this.waitFor(wait);
    this.change({ is: "connecting" });
    const socket = new WebSocket(this.address);
    this.socket = socket;
    this.expect(OPEN_WITHIN);
    socket.onopen = () => {
      this.send(this.owner.hello(), true);
      this.expect(PONG_WITHIN);
    };
    socket.onmessage = (event) => {
      if (socket === this.socket) this.receive(event.data);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.drop();
    };
  }

  /** Sends a frame when the server has welcomed this visitor; answers whether it could. */
  send(frame: Outgoing, early = false): boolean {
    if (!this.socket || this.socket.readyState !== WebSocket.OPEN || (!early && this.state.is !== "ready")) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Gives this connection up and comes back after a while, at least `hold` milliseconds. */
  drop(hold = 0): void {
    this.release();
    this.holdUntil = Date.now() + hold;
    this.waitFor(Math.max(hold, backoff(this.attempt)));
    this.attempt += 1;
  }

  /** Ends the connection until the next `start`; `closed` when the server refused for good. */
  stop(is: "idle" | "closed" = "idle"): void {
    this.release();
    this.change({ is });
  }

  private waitFor(wait: number): void {
    this.change({ is: "waiting", retryAt: Date.now() + wait });
    this.retry = setTimeout(() => this.start(true), wait);
  }

  private receive(data: unknown): void {
    const frame = readFrame(data);
    if (!frame) return;
    if (frame.frame === "welcome") {
      this.change({ is: "ready" });
      this.stable = setTimeout(() => (this.attempt = 0), STABLE_AFTER);
    }
    if (this.state.is === "ready") this.rest();
    if (frame.frame !== "pong") this.owner.received(frame);
  }

  /** Something came: the next ping is due in a while. */
  private rest(): void {
    clearTimeout(this.beat);
    this.beat = setTimeout(() => {
      this.send({ frame: "ping" });
      this.expect(PONG_WITHIN);
    }, PING_EVERY);
  }

  private expect(within: number): void {
    clearTimeout(this.beat);
    this.beat = setTimeout(() => this.drop(), within);
  }

  private release(): void {
    clearTimeout(this.retry);
    clearTimeout(this.beat);
    clearTimeout(this.stable);
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }

  private change(state: State): void {
    this.state = state;
    this.owner.changed(state);
  }
}
