/** The state of the visitor's private conversation about the page. */

import { ActingStore } from "./acting.js";
import { type Problem, problemOf } from "./api.js";
import type { Config } from "./config.js";
import { EVENTS } from "./constants.js";
import { isRunning } from "./core/tree.js";
import type { ChatEntry, KnownAnswer } from "./core/types.js";
import type { Writing } from "./parts.js";
import { pause } from "./retrying.js";
import type { Session } from "./session.js";
import { BrowserStorage } from "./storage.js";
import type { ChatActions } from "./writing/chat_actions.js";

export interface ChatState {
  status: "loading" | "ready" | "failed";
  entries: ChatEntry[];
  /** Why the last question was refused. */
  problem: Problem | null;
  draft: string;
  /** Whether we are checking for an existing answer to the question, and what was found. */
  looking: boolean;
  known: KnownAnswer | null;
  /** The passage of the page that the next question quotes. */
  quote?: string;
  /** The question removed from the field because it already has an answer. */
  taken: string;
}

export class ChatStore extends ActingStore<ChatState, ChatActions> {
  #drafts: BrowserStorage;
  #ready = false;
  #later = 0;
  #failures = 0;

  constructor(
    readonly config: Config,
    readonly session: Session,
  ) {
    super({
      status: "loading",
      entries: [],
      problem: null,
      draft: "",
      looking: false,
      known: null,
      taken: "",
    });
    this.#drafts = new BrowserStorage(`answerback:${config.site}:ask:`);
    this.state.draft = this.#drafts.get<string>(config.page) ?? "";
  }

  open(): () => void {
    void this.load();
    return () => {
      clearTimeout(this.#later);
      this.actions?.close();
    };
  }

  get running(): ChatEntry | null {
    return this.state.entries.findLast(isRunning) ?? null;
  }

  setDraft(draft: string): void {
    this.#drafts.set(this.config.page, draft || null);
    this.set({ draft, known: null, taken: "" });
  }

  protected override equip(part: Writing): ChatActions {
    return new part.ChatActions(this, this.session.actionsFrom(part));
  }

  /** Loads the session before the visitor's first action. */
  async meet(): Promise<void> {
    if (await this.session.meet()) await this.do("recall");
  }

  /** `quiet`: keeps what is shown until there is a replacement. */
  async load(quiet = false): Promise<void> {
    if (!quiet) this.set({ status: "loading" });
    clearTimeout(this.#later);
    try {
      const { session } = this;
      if (!session.expected) await session.reading;
      else if (!session.state.loaded || !session.visitor) await session.load();
      if (!session.state.info) await session.load();
      if (this.session.visitor) await this.do("recall");
      this.set({ status: "ready" });
      if (!this.#ready) this.signal({ event: EVENTS.ready, detail: { page: this.config.page } });
      this.#ready = true;
      this.#failures = 0;
    } catch (error) {
      const problem = problemOf(error);
      this.set({ status: "failed", problem });
      if (problem.passing) this.#later = setTimeout(() => void this.load(true), pause(++this.#failures));
      if (quiet) return;
      this.fail(problem.code);
    }
  }
}
