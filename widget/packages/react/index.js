"use client";

import { load, mount } from "@answerback/widget";
import { createElement, useEffect, useRef } from "react";

const EVENTS = { ready: "onReady", comment: "onComment", answer: "onAnswer", error: "onError" };

/** Comments and ask box. Options may change at any time; other props go to the wrapper element. */
export function Answerback({
  server,
  integrity,
  site,
  page,
  mode,
  theme,
  lang,
  ssoToken,
  onReady,
  onComment,
  onAnswer,
  onError,
  ...props
}) {
  const element = useRef(null);
  const mounted = useRef(null);
  const listeners = useRef(null);
  listeners.current = { onReady, onComment, onAnswer, onError };

  // Remounts when an option changes that `update` cannot change (server, integrity, mode), or is set or
  // unset.
  const kept = JSON.stringify([
    server,
    integrity,
    mode,
    page == null,
    theme == null,
    lang == null,
    ssoToken == null,
  ]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the next effect passes on the rest.
  useEffect(() => {
    const options = given({ server, integrity, site, page, mode, theme, lang, ssoToken });
    mounted.current = mount(element.current, options);
    return () => mounted.current.destroy();
  }, [kept]);

  useEffect(() => {
    mounted.current.update(given({ site, page, theme, lang, ssoToken }));
  }, [site, page, theme, lang, ssoToken]);

  useEffect(() => {
    const around = element.current;
    const heard = Object.entries(EVENTS).map(([name, prop]) => {
      const listener = ({ detail }) => listeners.current[prop]?.(detail);
      around.addEventListener(`answerback:${name}`, listener);
      return () => around.removeEventListener(`answerback:${name}`, listener);
    });
    return () => {
      for (const stop of heard) stop();
    };
  }, []);

  return createElement("div", { ...props, ref: element });
}

/** A page's comment count, as text. */
export function CommentCount({ server, integrity, site, page, ...props }) {
  useEffect(() => {
    load({ server, integrity, site }).catch((error) => console.error(error.message));
  }, [server, integrity, site]);
  return createElement("answerback-count", { ...props, "data-site": site, "data-page": page, key: page });
}

/** The options that are set. */
const given = (options) => Object.fromEntries(Object.entries(options).filter(([, value]) => value != null));
