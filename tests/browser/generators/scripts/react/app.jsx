import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter, Link, Route, Routes } from "react-router";

function Page({ name, other }) {
  useEffect(() => {
    document.title = `Page ${name}`;
  });
  return (
    <main>
      <h1>Page {name}</h1>
      <p>
        This is page {name} of the harbour. <Link to={`/react/${other}/`}>To page {other}</Link>{" "}
        <Link to="/react/none/">To page none</Link>
      </p>
      {name === "none" ? null : <div id="comments" key={name} />}
    </main>
  );
}

createRoot(document.getElementById("root")).render(
  <BrowserRouter>
    <Routes>
      <Route path="/react/one/" element={<Page name="one" other="two" />} />
      <Route path="/react/two/" element={<Page name="two" other="one" />} />
      <Route path="/react/none/" element={<Page name="none" other="one" />} />
    </Routes>
  </BrowserRouter>,
);
