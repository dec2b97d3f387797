// Shows how the widget looks with what is chosen in the form, before it is saved.

const frame = document.querySelector("#preview");

frame?.closest("form").addEventListener("change", (event) => {
  if (!["theme", "lang"].includes(event.target.name)) return;
  const address = new URL(frame.src);
  address.searchParams.set(event.target.name, event.target.value);
  frame.src = address.href;
});
