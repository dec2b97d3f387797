import { load, mount } from "@answerback/widget";
import { defineComponent, h, onBeforeUnmount, onMounted, ref, watch } from "vue";

const SOURCE = { server: { type: String, required: true }, integrity: String };
const CHANGING = ["site", "page", "theme", "lang", "ssoToken"];
const EVENTS = ["ready", "comment", "answer", "error"];

/** Comments and ask box. Options may change at any time. */
export const Answerback = defineComponent({
  props: {
    ...SOURCE,
    site: { type: String, required: true },
    page: String,
    mode: String,
    theme: String,
    lang: String,
    ssoToken: String,
  },
  emits: EVENTS,
  setup(props, { emit }) {
    const element = ref(null);
    let mounted = null;
    const begin = () => {
      mounted?.destroy();
      mounted = mount(element.value, given(props));
    };
    onMounted(() => {
      begin();
      for (const name of EVENTS) {
        element.value.addEventListener(`answerback:${name}`, ({ detail }) => emit(name, detail));
      }
    });
    onBeforeUnmount(() => mounted.destroy());
    watch(
      () => ({ ...props }),
      (now, before) => {
        const isKept = Object.keys(now).every(
          (name) => now[name] === before[name] || (CHANGING.includes(name) && now[name] != null),
        );
        if (isKept) mounted.update(given(Object.fromEntries(CHANGING.map((name) => [name, now[name]]))));
        else begin();
      },
      { flush: "post" },
    );
    return () => h("div", { ref: element });
  },
});

/** A page's comment count, as text. */
export const CommentCount = defineComponent({
  name: "CommentCount",
  props: { ...SOURCE, site: { type: String, required: true }, page: { type: String, required: true } },
  setup(props) {
    onMounted(() => {
      load(given(props)).catch((error) => console.error(error.message));
    });
    return () => h("answerback-count", { "data-site": props.site, "data-page": props.page, key: props.page });
  },
});

/** The options that are set. */
const given = (options) => Object.fromEntries(Object.entries(options).filter(([, value]) => value != null));
