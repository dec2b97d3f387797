/** A small virtual DOM: views describe what should be there, `render` applies the differences. */

export type Child = VNode | string | number | false | null | undefined;
type Handler = (event: Event) => void;
/**
 * Attributes, `on…` listeners, `.name` properties, `style` custom properties, `html`, and `ref`, called with
 * a new element.
 */
export type Props = Record<string, unknown>;
export interface Markup {
  html: string;
  /** Shown if the page blocks HTML. */
  text: string;
}

export interface VNode {
  tag: string;
  key: string | undefined;
  props: Props;
  kids: Iterable<Kid> | null;
}

/**
 * A child with its unique name among its siblings: its key, else its index, where omitted children count too.
 */
export type Kid = [name: string, node: VNode | string];

interface Drawn {
  node: VNode | string;
  dom: ChildNode;
}

const SVG = "http://www.w3.org/2000/svg";
const NOTHING: ReadonlyMap<string, Drawn> = new Map();
const drawn = new WeakMap<Node, ReadonlyMap<string, Drawn>>();
const handlers = new WeakMap<Element, Map<string, Handler>>();

export function h(tag: string, props: Props | null, ...children: (Child | Child[])[]): VNode {
  return node(tag, props, named(children));
}

/** A list whose rows are created during rendering. */
export function list(tag: string, props: Props, rows: Iterable<Kid>): VNode {
  return node(tag, props, rows);
}

function node(tag: string, props: Props | null, kids: Iterable<Kid>): VNode {
  const { key, ...rest } = props ?? {};
  const owned = tag.includes("-") || "html" in rest;
  return { tag, key: key as string | undefined, props: rest, kids: owned ? null : kids };
}

function named(children: (Child | Child[])[], place = ""): Kid[] {
  return children.flatMap((child, at): Kid[] => {
    if (Array.isArray(child)) return named(child, `${place}${at}.`);
    if (child === false || child === null || child === undefined || child === "") return [];
    if (typeof child !== "object") return [[`${place}${at}`, String(child)]];
    return [[`${child.tag} ${child.key ?? place + at}`, child]];
  });
}

/**
 * Makes the children of `parent` match `children` and leaves alone what already matches. Finds children by
 * key, else by index. An element is never turned into another, so the focus stays where it is.
 */
export function render(parent: ParentNode & Node, children: Child[]): void {
  const restore = keepFocus(parent);
  draw(parent, named(children));
  restore?.();
}

function draw(parent: Node, kids: Iterable<Kid>): void {
  const before = drawn.get(parent) ?? NOTHING;
  const now = new Map<string, Drawn>();
  for (const [name, node] of kids) {
    const old = before.get(name);
    now.set(name, { node, dom: old ? patched(old, node) : create(node) });
  }
  for (const [name, { dom }] of before) if (!now.has(name)) dom.remove();
  drawn.set(parent, now);
  const names = [...before.keys()];
  if ([...now.keys()].some((name, at) => name !== names[at])) arrange(parent, now);
}

function arrange(parent: Node, now: ReadonlyMap<string, Drawn>): void {
  const own = new Set<Node>();
  for (const { dom } of now.values()) own.add(dom);
  let cursor = parent.firstChild;
  for (const dom of own) {
    // Leave nodes that browser extensions inserted in place: moving an element drops its focus.
    while (cursor && !own.has(cursor)) cursor = cursor.nextSibling;
    if (dom === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(dom, cursor);
  }
}

const FOCUSABLE = "button:enabled,a[href],textarea,input,select,[tabindex]";

/**
 * If the focused element is removed, moves the focus to its parent or a sibling, never to the page's body.
 */
function keepFocus(parent: Node): (() => void) | null {
  const root = parent.getRootNode() as ShadowRoot;
  const focused = root.activeElement as HTMLElement | null | undefined;
  if (!focused || !parent.contains(focused)) return null;
  const line: [Element, Element | null, Element | null][] = [];
  for (let at: Element | null = focused; at && at !== parent; at = at.parentElement) {
    line.push([at, at.nextElementSibling, at.previousElementSibling]);
  }
  return () => {
    if (root.activeElement === focused) return;
    const heir = focused.isConnected ? focused : heirOf(line);
    heir?.focus({ preventScroll: true });
  };
}

function heirOf(line: [Element, Element | null, Element | null][]): HTMLElement | null {
  for (const [gone, after, before] of line) {
    if (gone.isConnected) return gone.closest<HTMLElement>("[tabindex]");
    for (const beside of [after, before]) {
      if (!beside?.isConnected) continue;
      const found = beside.matches(FOCUSABLE) ? beside : beside.querySelector(FOCUSABLE);
      if (found) return found as HTMLElement;
    }
  }
  return null;
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
  if (node === old.node) return old.dom;
  if (typeof node === "string") {
    (old.dom as Text).data = node;
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

/** Adds one real listener per element and event; the handler behind it may change. */
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

/** Null if the browser has no Trusted Types, or if the page does not allow our policy's name. */
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

/** The only place where HTML becomes elements. The server has generated and sanitized it. */
function setMarkup(element: Element, { html, text }: Markup): void {
  try {
    element.innerHTML = trusted()?.createHTML(html) ?? html;
    // Lets keyboard users scroll it.
    for (const wide of element.querySelectorAll<HTMLElement>("pre,table")) wide.tabIndex = 0;
  } catch {
    element.textContent = text;
    element.classList.add("plain");
  }
}

/** A style sheet that is allowed under a strict Content-Security-Policy. */
export function styleSheet(css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
}

/** Smooth scrolling, unless the visitor prefers reduced motion. */
export function scrolling(): ScrollBehavior {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}
