/** What the elements of one page share: a session per site, a thread or chat per page, kept while one is shown. */

import { Api } from "./api.js";
import { ChatStore } from "./chat.js";
import type { Config } from "./config.js";
import { Session } from "./session.js";
import type { Store } from "./store.js";
import { ThreadStore } from "./thread.js";

/** What an element shows. */
export type Shown = Openable & Store<object> & { session: Session; load(): Promise<void> };

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
  release: () => void;
}

/** Opens a thing when its first user comes and closes it when its last one goes. */
function lease<T extends Openable>(name: string, make: () => T): Lease<T> {
  let entry = held.get(name);
  if (!entry) {
    const thing = make();
    entry = { thing, users: 0, close: thing.open() };
    held.set(name, entry);
  }
  const known = entry;
  known.users++;
  let released = false;
  const release = () => {
    if (released) return;
    released = true;
    if (--known.users > 0) return;
    known.close();
    held.delete(name);
  };
  return { thing: known.thing as T, release };
}

function leaseWithSession<T extends Openable>(
  kind: string,
  config: Config,
  make: (session: Session) => T,
): Lease<T> {
  const { base, site, page } = config;
  const name = JSON.stringify([base, site, page]);
  const session = lease(`session${name}`, () => new Session(new Api(base, site), page, site));
  void session.thing.vouch(config.ssoToken);
  const own = lease(kind + name, () => make(session.thing));
  return {
    thing: own.thing,
    release: () => {
      own.release();
      session.release();
    },
  };
}

/** Hands a new token of the site's server to the session that is open. */
export function vouch({ base, site, page, ssoToken }: Config): void {
  const session = held.get(`session${JSON.stringify([base, site, page])}`)?.thing as Session | undefined;
  void session?.vouch(ssoToken);
}

export const leaseThread = (config: Config): Lease<ThreadStore> =>
  leaseWithSession("thread", config, (session) => new ThreadStore(config, session));

export const leaseChat = (config: Config): Lease<ChatStore> =>
  leaseWithSession("chat", config, (session) => new ChatStore(config, session));
