/** What a page's elements share: a session, and a thread or chat, kept for as long as an element uses it. */

import { Api } from "./api.js";
import { ChatStore } from "./chat.js";
import type { Config } from "./config.js";
import { Session } from "./session.js";
import type { Store } from "./store.js";
import { ThreadStore } from "./thread.js";

/** A store that an element shows. */
export type Shown = Openable &
  Store<object> & { session: Session; load(): Promise<void>; meet(): Promise<void> };

interface Openable {
  open(): () => void;
}

interface Held {
  thing: Openable;
  users: number;
  close: () => void;
}

const held = new Map<string, Held>();

export interface Lease<T> {
  thing: T;
  /** Call only once. */
  release: () => void;
}

/** Opens a resource for its first user and closes it after its last one. */
function lease<T extends Openable>(name: string, make: () => T): Lease<T> {
  const entry = held.get(name) ?? opened(make());
  held.set(name, entry);
  entry.users++;
  const release = () => {
    if (--entry.users > 0) return;
    entry.close();
    held.delete(name);
  };
  return { thing: entry.thing as T, release };
}

function opened(thing: Openable): Held {
  return { thing, users: 0, close: thing.open() };
}

function leaseWithSession<T extends Openable>(
  kind: string,
  config: Config,
  make: (session: Session) => T,
): Lease<T> {
  const { base, site, page } = config;
  const name = JSON.stringify([base, site, page]);
  const session = lease(`session${name}`, () => new Session(new Api(base, site), page, site));
  if (config.ssoToken) void session.thing.do("vouch", config.ssoToken);
  const own = lease(kind + name, () => make(session.thing));
  return {
    thing: own.thing,
    release: () => {
      own.release();
      session.release();
    },
  };
}

export const leaseThread = (config: Config): Lease<ThreadStore> =>
  leaseWithSession("thread", config, (session) => new ThreadStore(config, session));

export const leaseChat = (config: Config): Lease<ChatStore> =>
  leaseWithSession("chat", config, (session) => new ChatStore(config, session));
