import { createApp, h } from "vue";
import { createRouter, createWebHistory, RouterLink, RouterView } from "vue-router";

const page = (name, other) => ({
  mounted: () => {
    document.title = `Page ${name}`;
  },
  render: () =>
    h("main", [
      h("h1", `Page ${name}`),
      h("p", `This is page ${name} of the harbour.`),
      h(RouterLink, { to: `/${other}/` }, () => `To page ${other}`),
      " ",
      h(RouterLink, { to: "/none/" }, () => "To page none"),
      name === "none" ? null : [h("answerback-ask"), h("answerback-comments")],
    ]),
});

const routes = [
  { path: "/one/", component: page("one", "two") },
  { path: "/two/", component: page("two", "one") },
  { path: "/none/", component: page("none", "one") },
];
const router = createRouter({ history: createWebHistory("/vue/"), routes });
createApp({ render: () => h(RouterView) })
  .use(router)
  .mount("#app");
