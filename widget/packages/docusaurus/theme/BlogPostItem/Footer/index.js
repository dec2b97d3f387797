import { useBlogPost } from "@docusaurus/plugin-content-blog/client";
import Footer from "@theme-init/BlogPostItem/Footer";
import { createElement, Fragment } from "react";

export default function FooterWithComments(props) {
  const { frontMatter, isBlogPostPage } = useBlogPost();
  const has = isBlogPostPage && frontMatter.comments !== false;
  return createElement(
    Fragment,
    null,
    createElement(Footer, props),
    has && createElement("answerback-ask"),
    has && createElement("answerback-comments"),
  );
}
