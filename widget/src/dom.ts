/** A small virtual DOM: views say what should stand there, `render` changes what differs. */

export type Child = VNode | string | number | false | null | undefined;
type Handler = (event: Event) => void;
/** Attributes; `on…` listeners; `.name` properties; `style` custom properties; `html`; `ref`, told of a new element. */
export type Props = Record<string, unknown>;
export interface Markup {
  html: string;
  /** What is shown where markup is refused. */
  text: string;
}

export interface VNode {
  tag: string;
  key: string | undefined;
  props: Props;
  kids: (VNode | string)[] | null;
}

interface Drawn {
  node: VNode | string;
  dom: ChildNode;
}

const SVG = "http://www.w3.org/2000/svg";
const drawn = new WeakMap<Node, Drawn[]>();
const handlers = new WeakMap<Element, Map<string, Handler>>();

export function h(tag: string, props: Props | null, ...children: (Child | Child[])[]): VNode {
  const { key, ...rest } = props ?? {};
  const owned = tag.includes("-") || "html" in rest;
  return { tag, key: key as string | undefined, props: rest, kids: owned ? null : plain(children.flat()) };
}

function plain(children: Child[]): (VNode | string)[] {
  return children
    .filter((child) => child !== false && child !== null && child !== undefined && child !== "")
    .map((child) => (typeof child === "object" ? (child as VNode) : String(child)));
}

/** Makes the children of `parent` what `children` says, touching nothing that is already so. */
export function render(parent: ParentNode & Node, children: Child[]): void {
  draw(parent, plain(children));
}

function draw(parent: Node, kids: (VNode | string)[]): void {
  const before = drawn.get(parent) ?? [];
  const free = new Map<string, Drawn[]>();
  for (const old of before) {
    const name = nameOf(old.node);
    free.set(name, [...(free.get(name) ?? []), old]);
  }
  const now = kids.map((node): Drawn => {
    const old = free.get(nameOf(node))?.shift();
    return { node, dom: old ? patched(old, node) : create(node) };
  });
  for (const rest of free.values()) for (const old of rest) old.dom.remove();
  const own = new Set<Node>(now.map(({ dom }) => dom));
  let cursor = parent.firstChild;
  for (const { dom } of now) {
    // What a browser extension has put here stays where it is: an element that moves loses the focus.
    while (cursor && !own.has(cursor)) cursor = cursor.nextSibling;
    if (dom === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(dom, cursor);
  }
  drawn.set(parent, now);
}

function nameOf(node: VNode | string): string {
  return typeof node === "string" ? "#" : `${node.tag} ${node.key ?? ""}`;
}

function create(node: VNode | string): ChildNode {
  if (typeof node === "string") return document.createTextNode(node);
  const element =
    node.tag === "svg" || node.tag === "path"
      ? document.createElementNS(SVG, node.tag)
      : document.createElement(node.tag);
  if (node.kids) draw(element, node.kids);
  setProps(element, {}, node.props);
  if (typeof node.props.ref === "function") node.props.ref(element);
  return element;
}

function patched(old: Drawn, node: VNode | string): ChildNode {
  if (typeof node === "string") {
    if (node !== old.node) (old.dom as Text).data = node;
  } else {
    if (node.kids) draw(old.dom, node.kids);
    setProps(old.dom as Element, (old.node as VNode).props, node.props);
  }
  return old.dom;
}

function setProps(element: Element, before: Props, now: Props): void {
  for (const name of Object.keys({ ...before, ...now })) setProp(element, name, now[name], before[name]);
}

function setProp(element: Element, name: string, value: unknown, before: unknown): void {
  if (name === "ref") return;
  if (name === "html") {
    if ((value as Markup).html !== (before as Markup | undefined)?.html) setMarkup(element, value as Markup);
  } else if (name.startsWith(".")) {
    const target = element as unknown as Props;
    if (target[name.slice(1)] !== value) target[name.slice(1)] = value;
  } else if (name.startsWith("on")) {
    listen(element, name.slice(2), value as Handler | undefined);
  } else if (name === "style") {
    for (const [property, text] of Object.entries((value ?? {}) as Record<string, string>)) {
      (element as HTMLElement).style.setProperty(property, text);
    }
  } else if (value === before) {
    return;
  } else if (typeof value === "boolean" && name.startsWith("aria-")) {
    element.setAttribute(name, String(value));
  } else if (value === false || value === null || value === undefined) {
    element.removeAttribute(name);
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** One real listener per element and event, whatever function stands behind it. */
function listen(element: Element, type: string, handler: Handler | undefined): void {
  const known = handlers.get(element) ?? new Map<string, Handler>();
  handlers.set(element, known);
  if (!known.has(type)) element.addEventListener(type, (event) => known.get(type)?.(event));
  known.set(type, handler ?? (() => undefined));
}

interface Policy {
  createHTML(html: string): string;
}
let policy: Policy | null | undefined;

/** Null where there are no Trusted Types, or where the page does not allow our policy's name. */
function trusted(): Policy | null {
  if (policy !== undefined) return policy;
  const types = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } })
    .trustedTypes;
  try {
    policy = types?.createPolicy("answerback", { createHTML: (html) => html }) ?? null;
  } catch {
    policy = null;
  }
  return policy;
}

/** The one place where HTML becomes elements. It was made and sanitised by the server. */
function setMarkup(element: Element, { html, text }: Markup): void {
  try {
    element.innerHTML = trusted()?.createHTML(html) ?? html;
  } catch {
    element.textContent = text;
    element.classList.add("plain");
  }
}

/** A style sheet that a strict Content-Security-Policy allows. */
export function styleSheet(css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
}

/** Whether motion is welcome. */
export function scrolling(): ScrollBehavior {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}
