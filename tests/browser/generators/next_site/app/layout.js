import Script from "next/script";

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        {children}
        <Script src="https://comments.example.com/answerback.js" data-site="my-blog" data-mode="none" />
      </body>
    </html>
  );
}
