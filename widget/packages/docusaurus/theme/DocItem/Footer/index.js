import { useDoc } from "@docusaurus/plugin-content-docs/client";
import Footer from "@theme-init/DocItem/Footer";
import { createElement, Fragment } from "react";

export default function FooterWithComments(props) {
  const { frontMatter } = useDoc();
  const has = frontMatter.comments !== false;
  return createElement(
    Fragment,
    null,
    createElement(Footer, props),
    has && createElement("answerback-ask"),
    has && createElement("answerback-comments"),
  );
}
