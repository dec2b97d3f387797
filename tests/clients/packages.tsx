/** How the packages are used, for the compiler. */

import type { Comment } from "@answerback/widget/api";
import { Answerback as Loaded, CommentCount } from "@answerback/react";
import { Answerback as InVue } from "@answerback/vue";
import { load, mount, type Mounted } from "@answerback/widget";
import { h } from "vue";

const here = { server: "https://comments.example.com", site: "my-blog" };
const comments: Mounted = mount(document.body, { ...here, theme: "dark", lang: "ko" });
comments.update({ page: "/bread/" });
// @ts-expect-error There is no such theme.
comments.update({ theme: "pink" });
// @ts-expect-error A site needs its key.
mount(document.body, { server: here.server });

document.addEventListener("answerback:comment", ({ detail }) => {
  const comment: Comment = detail.comment;
  console.log(comment.id, comment.html.length);
});
void load(here).then((answerback) => answerback.reload());
document.querySelector("answerback-comments")?.remove();

export const inReact = (
  <main>
    <CommentCount {...here} page="/bread/" className="count" />
    <Loaded {...here} id="comments" mode="comments" onAnswer={({ answer }) => console.log(answer.state)} />
    {/* @ts-expect-error A page is named by a text. */}
    <Loaded {...here} page={3} />
  </main>
);
export const inVue = h(InVue, { ...here, theme: "forest", onComment: ({ comment }) => console.log(comment.id) });
