import Link from "next/link";

export default function Page() {
  return (
    <main>
      <h1>Page one</h1>
      <p>This is page one of the harbour.</p>
      <Link href="/two/">To page two</Link>
      <answerback-ask />
      <answerback-comments />
    </main>
  );
}
