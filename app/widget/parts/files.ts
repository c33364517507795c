import { button, h, icon, shapes } from "./dom";
import { newId, readFrame, type Incoming } from "./protocol";
import { fill, type TextKey, type Texts } from "./text";

/** Largest file, in bytes; the server says the same. */
export const FILE_LIMIT = 25 * 1024 * 1024;
/** Files that may wait at once. */
const WAITING = 10;

/** What the files ask of their owner. */
export interface FilesOwner {
  readonly ticket: string;
  readonly language: string;
  /** The visitor's token; none until the server has given one. */
  token(): string | undefined;
  /** A file became a message. */
  arrived(message: Incoming & { frame: "message" }): void;
  /** The ticket is too old. */
  expired(): void;
}

interface Job {
  readonly id: string;
  readonly file: File;
  readonly chip: HTMLElement;
  readonly words: HTMLElement;
  readonly again: HTMLButtonElement;
  state: "waiting" | "going" | "failed";
  request?: XMLHttpRequest;
}

const reasons: Readonly<Record<string, TextKey>> = {
  file_empty: "fileEmpty",
  file_large: "fileLarge",
  file_refused: "fileRefused",
  rate_limited: "limited",
  closed: "unavailable",
};

/** The button that attaches, and the files on their way above the field; one at a time, so that their order holds. */
export class Files {
  readonly attach: HTMLButtonElement;
  readonly list = h("ul", "files");
  private readonly input = h("input");
  private jobs: Job[] = [];

  constructor(
    private readonly t: Texts,
    private readonly owner: FilesOwner,
  ) {
    const { input } = this;
    input.type = "file";
    input.multiple = true;
    input.hidden = true;
    input.addEventListener("change", () => {
      this.add([...(input.files ?? [])]);
      input.value = "";
    });
    this.attach = button("attach", () => input.click(), icon(shapes.clip), input);
    this.attach.ariaLabel = this.attach.title = t.attach;
    this.list.ariaLabel = t.files;
  }

  /** Takes files in their order. */
  add(files: readonly File[]): void {
    for (const file of files.slice(0, Math.max(0, WAITING - this.jobs.length))) this.wait(file);
    this.pump();
  }

  /** Sends the first that waits, once the server knows the visitor. */
  pump(): void {
    const token = this.owner.token();
    if (!token || this.jobs.some((job) => job.state === "going")) return;
    const job = this.jobs.find((candidate) => candidate.state === "waiting");
    if (job) this.send(job, token);
  }

  private wait(file: File): void {
    const words = h("span", "words");
    words.role = "status";
    const name = h("bdi", "", file.name);
    const again = button("link", () => this.retry(job), this.t.retry);
    const drop = button("drop", () => this.drop(job), icon(shapes.close));
    drop.ariaLabel = drop.title = this.t.remove.replace("{}", file.name);
    const job: Job = { id: newId(), file, chip: h("li", "", name, words, again, drop), words, again, state: "waiting" };
    this.jobs.push(job);
    this.list.append(job.chip);
    if (file.size === 0) this.fail(job, "file_empty");
    else if (file.size > FILE_LIMIT) this.fail(job, "file_large");
    else this.show(job, this.t.pending);
  }

  private show(job: Job, text: string): void {
    job.again.hidden = job.state !== "failed";
    job.chip.classList.toggle("bad", job.state === "failed");
    if (job.words.textContent !== text) job.words.textContent = text;
  }

  private fail(job: Job, code: string): void {
    job.state = "failed";
    this.show(job, this.t[reasons[code] ?? "failed"]);
    // What was refused for what it is would be refused again.
    job.again.hidden = code.startsWith("file_");
  }

  private retry(job: Job): void {
    job.state = "waiting";
    this.show(job, this.t.pending);
    this.pump();
  }

  private drop(job: Job): void {
    this.jobs = this.jobs.filter((other) => other !== job);
    job.chip.remove();
    job.request?.abort();
    this.pump();
  }

  private send(job: Job, token: string): void {
    const request = new XMLHttpRequest();
    job.state = "going";
    job.request = request;
    const asked = new URLSearchParams({ client_id: job.id, name: job.file.name, lang: this.owner.language });
    request.open("POST", `${location.pathname.replace(/\/$/, "")}/file?${asked}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("x-chat-ticket", this.owner.ticket);
    request.setRequestHeader("x-chat-token", token);
    request.upload.onprogress = ({ loaded, total }) => this.show(job, fill(this.t.going, Math.floor((loaded / (total || 1)) * 100)));
    request.onloadend = () => this.ended(job, request);
    request.send(job.file);
  }

  private ended(job: Job, request: XMLHttpRequest): void {
    if (!this.jobs.includes(job)) return;
    let answer: { code?: unknown; message?: object } = {};
    try {
      answer = JSON.parse(request.responseText) as typeof answer;
    } catch {
      // No answer, or one of a proxy.
    }
    const message = request.status === 200 ? readFrame(JSON.stringify({ frame: "message", ...answer.message })) : undefined;
    if (message?.frame === "message") {
      this.drop(job);
      return this.owner.arrived(message);
    }
    this.fail(job, String(answer.code));
    if (answer.code === "bad_ticket") this.owner.expired();
    this.pump();
  }
}
