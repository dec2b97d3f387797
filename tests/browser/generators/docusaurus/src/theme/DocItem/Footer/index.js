import Footer from "@theme-original/DocItem/Footer";
import React from "react";

export default function FooterWithComments(props) {
  return (
    <>
      <Footer {...props} />
      <answerback-ask />
      <answerback-comments />
    </>
  );
}
