const chapters = {
  one: "The first chapter is about the harbour wall, which was finished in 1904.",
  two: "The second chapter is about the ferry Alma, which has room for 60 people.",
};
for (const button of document.querySelectorAll("[data-chapter]")) {
  button.addEventListener("click", () => {
    const name = button.dataset.chapter;
    document.getElementById("chapter").textContent = chapters[name];
    history.pushState({}, "", `?chapter=${name}`);
    window.Answerback?.update({ page: `/app.html?chapter=${name}` });
  });
}
