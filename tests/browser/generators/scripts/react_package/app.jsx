import { Answerback, CommentCount } from "@answerback/react";
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

const HERE = { server: "https://comments.example.com", site: "my-blog" };

function Harbour() {
  const [page, setPage] = useState("/react/one");
  const [theme, setTheme] = useState("light");
  const [isShown, setShown] = useState(true);
  const [heard, setHeard] = useState("");
  return (
    <main>
      <button type="button" onClick={() => setPage("/react/two")}>Page two</button>
      <button type="button" onClick={() => setTheme("dark")}>Dark</button>
      <button type="button" onClick={() => setShown(!isShown)}>Comments</button>
      <p id="count"><CommentCount {...HERE} page={page} /></p>
      <p id="heard">{heard}</p>
      {isShown && (
        <Answerback {...HERE} id="comments" page={page} theme={theme} mode="comments"
          onComment={({ comment }) => setHeard(`Heard on ${page}: ${comment.html}`)} />
      )}
    </main>
  );
}

createRoot(document.getElementById("root")).render(<StrictMode><Harbour /></StrictMode>);
