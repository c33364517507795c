/** An element with its class and children; texts become text nodes, never markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  name = "",
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...children);
  return element;
}

/** A button that does not submit anything. */
export function button(name: string, action: () => void, ...children: readonly (Node | string)[]): HTMLButtonElement {
  const element = h("button", name, ...children);
  element.type = "button";
  element.addEventListener("click", action);
  return element;
}

/** An outline icon of one path on a 24 by 24 grid. */
export function icon(path: string): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const line = document.createElementNS(space, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** Shapes of the icons. */
export const shapes = {
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V5M5 12l7-7 7 7",
  down: "M12 5v14M5 12l7 7 7-7",
  clock: "M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16M12 8v4l3 2",
  ticks: "M2 13l4 4L15 7M10 16l1 1L22 7",
  alert: "M12 5v9M12 18v1",
  clip: "M20 11l-8 8a5 5 0 0 1-7-7l8-8a3.4 3.4 0 0 1 5 5l-8 8a1.6 1.6 0 0 1-2.4-2.4l7.4-7.4",
} as const;
