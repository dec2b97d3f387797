import { Answerback, CommentCount } from "@answerback/vue";
import { createApp, h, ref } from "vue";

const HERE = { server: "https://comments.example.com", site: "my-blog" };

createApp({
  setup() {
    const [page, theme, isShown, heard] = [ref("/vue/one"), ref("light"), ref(true), ref("")];
    const button = (label, onClick) => h("button", { type: "button", onClick }, label);
    return () =>
      h("main", [
        button("Page two", () => (page.value = "/vue/two")),
        button("Dark", () => (theme.value = "dark")),
        button("Comments", () => (isShown.value = !isShown.value)),
        h("p", { id: "count" }, h(CommentCount, { ...HERE, page: page.value })),
        h("p", { id: "heard" }, heard.value),
        isShown.value &&
          h(Answerback, {
            ...HERE,
            id: "comments",
            page: page.value,
            theme: theme.value,
            mode: "comments",
            onComment: ({ comment }) => (heard.value = `Heard on ${page.value}: ${comment.html}`),
          }),
      ]);
  },
}).mount("#root");
