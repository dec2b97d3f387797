export { default as Answerback } from "./Answerback.astro";
