/** Requests that few visitors make. */

import type { Api } from "../api.js";
import type {
  ChatAnswer,
  ChatHistory,
  Comment,
  CommentForm,
  Complaint,
  Composition,
  KnownAnswer,
  Opinion,
  PostedComment,
  Quota,
  Receipt,
  Revision,
  SavedSubscription,
  Subscription,
  Subscriptions,
  Visitor,
  Vote,
} from "../core/types.js";

/** A subscription to create. */
export interface Wish extends Pick<Subscription, "topic"> {
  channel?: Subscription["channel"];
  page?: string;
  email?: string;
  lang?: string;
}

export class WritingApi {
  constructor(private readonly api: Api) {}

  beginSession = () => this.#post<{ visitor: Visitor; ticket: string | null }>("session/", {});

  bearer = (ticket: string) => this.#post<{ token: string }>("session/bearer/", { ticket });

  exchange = (code: string, verifier: string) =>
    this.#post<{ ticket: string | null }>("session/exchange/", { code, verifier });

  signOn = (token: string) => this.#post<{ ticket: string | null }>("session/sso/", { token });

  signOut = () => this.#post<null>("user/logout/", {});

  post = (place: { page: string; url: string; title: string }, composition: Composition) =>
    this.#post<PostedComment>("comments/", { ...place, ...composition });

  comment = (id: string) => this.api.json<{ comment: Comment }>(`comments/${id}/`, { open: true });

  form = () => this.api.json<CommentForm>("comments/form/", { open: true });

  preview = (body: string) => this.#post<{ html: string }>("comments/preview/", { body });

  edit = (id: string, body: string) =>
    this.api.json<{ comment: Comment }>(`comments/${id}/`, { method: "PATCH", body: { body } });

  remove = (id: string) => this.api.json<null>(`comments/${id}/`, { method: "DELETE" });

  vote = (id: string, value: Vote) =>
    this.api.json<{ votes: { up: number; down: number } }>(`comments/${id}/vote/`, {
      method: "PUT",
      body: { value },
    });

  ask = (id: string) => this.#post<{ answer: Comment; quota: Quota }>(`comments/${id}/answer/`, {});

  stop = (id: string) => this.api.json<{ answer: Comment }>(`comments/${id}/answer/`, { method: "DELETE" });

  feedback = (id: string, opinion: Opinion) =>
    this.api.json<null>(`answers/${id}/feedback/`, { method: "PUT", body: opinion });

  /** The site's existing answer to the question. */
  known = (q: string, signal: AbortSignal) =>
    this.api.json<{ answered: KnownAnswer | null }>("answered/", { query: { q }, open: true, signal });

  versions = (id: string) =>
    this.api.json<{ history: Revision[] }>(`comments/${id}/history/`, { open: true });

  report = (id: string, complaint: Complaint) => this.#post<Receipt>(`comments/${id}/report/`, complaint);

  subscriptions = () => this.api.json<Subscriptions>("subscriptions/");

  subscribe = (wish: Wish) => this.#post<SavedSubscription>("subscriptions/", wish);

  unsubscribe = (id: string) => this.api.json<null>(`subscriptions/${id}/`, { method: "DELETE" });

  history = (page: string) => this.api.json<ChatHistory>("chat/gpt/", { query: { page } });

  stopChat = (id: string) => this.api.json<ChatAnswer>(`chat/gpt/${id}/answer/`, { method: "DELETE" });

  #post<T>(path: string, body: object): Promise<T> {
    return this.api.json(path, { method: "POST", body });
  }
}
