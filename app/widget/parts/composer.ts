import { button, h, icon, shapes } from "./dom";
import type { Files } from "./files";
import { cleanText, lengthOf, TEXT_LIMIT } from "./protocol";
import { fill, type Texts } from "./text";

/** The counter appears when fewer characters than this are left. */
const COUNTER_FROM = 200;

/** What the composer asks of its owner. */
export interface ComposerOwner {
  /** Takes a message; false leaves the text where it is. */
  submit(text: string): boolean;
  /** The visitor is typing. */
  typed(): void;
  /** The text to keep over a reload. */
  draft(text: string): void;
}

/** The field where the visitor writes. */
export class Composer {
  readonly element: HTMLElement;
  private readonly field = h("textarea");
  private readonly counter = h("p", "counter");
  private readonly typing = h("p", "typing");
  private readonly sender: HTMLButtonElement;

  constructor(
    private readonly t: Texts,
    private readonly owner: ComposerOwner,
    files?: Files,
  ) {
    const { field } = this;
    field.rows = 1;
    field.placeholder = t.write;
    field.ariaLabel = t.write;
    field.enterKeyHint = "send";
    field.dir = "auto";
    this.counter.id = "counter";
    this.counter.role = "status";
    field.setAttribute("aria-describedby", "counter");
    this.sender = button("send", () => this.submit(), icon(shapes.send));
    this.sender.ariaLabel = this.sender.title = t.send;
    this.typing.append(h("span", "dots", h("i"), h("i"), h("i")), t.typing);
    this.setTyping(false);
    const write = h("div", "write", field, this.sender);
    this.element = h("footer", "", this.typing, write, this.counter);
    if (files) {
      write.prepend(files.attach);
      write.before(files.list);
      field.addEventListener("paste", (event) => {
        const pasted = [...(event.clipboardData?.files ?? [])];
        if (!pasted.length) return;
        event.preventDefault();
        files.add(pasted);
      });
    }
    field.addEventListener("input", () => {
      owner.draft(field.value);
      if (field.value) owner.typed();
      this.refresh();
    });
    field.addEventListener("keydown", (event) => {
      // Enter that ends the composition of a character is not meant to send.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    new ResizeObserver(() => this.grow()).observe(this.element);
    this.refresh();
  }

  get text(): string {
    return this.field.value;
  }

  set text(value: string) {
    this.field.value = value;
    this.owner.draft(value);
    this.refresh();
  }

  focus(): void {
    this.field.focus();
  }

  /** Whether the other side is typing. */
  setTyping(on: boolean): void {
    this.typing.classList.toggle("on", on);
    this.typing.ariaHidden = String(!on);
  }

  /** Says something under the field until the next change. */
  say(text: string, bad = false): void {
    if (this.counter.textContent !== text) this.counter.textContent = text;
    this.counter.classList.toggle("bad", bad);
  }

  private submit(): void {
    const text = cleanText(this.field.value);
    if (!text || lengthOf(text) > TEXT_LIMIT) return this.field.focus();
    if (this.owner.submit(text)) this.text = "";
    this.field.focus();
  }

  private refresh(): void {
    const text = cleanText(this.field.value);
    const left = TEXT_LIMIT - lengthOf(text);
    this.sender.ariaDisabled = String(!text || left < 0);
    if (left < 0) this.say(fill(this.t.over, -left), true);
    else this.say(left < COUNTER_FROM ? fill(this.t.left, left) : "");
    this.grow();
  }

  /** As tall as its text, up to what the style sheet allows. */
  private grow(): void {
    const { field } = this;
    field.style.height = "auto";
    field.style.height = field.scrollHeight + 2 + "px";
  }
}
