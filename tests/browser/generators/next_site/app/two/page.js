import Link from "next/link";

export default function Page() {
  return (
    <main>
      <h1>Page two</h1>
      <p>This is page two of the harbour.</p>
      <Link href="/one/">To page one</Link>
      <answerback-ask />
      <answerback-comments />
    </main>
  );
}
