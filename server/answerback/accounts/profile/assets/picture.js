// Makes a small square of the chosen picture before it is sent: a phone's own are too large, and say where they were taken.
(() => {
  const SIDE = 256;
  const field = document.getElementById("picture");
  const form = field?.form;
  const shrink = async (file) => {
    const image = await createImageBitmap(file);
    const side = Math.min(image.width, image.height);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = Math.min(side, SIDE);
    const left = (image.width - side) / 2;
    const top = (image.height - side) / 2;
    canvas.getContext("2d").drawImage(image, left, top, side, side, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    const files = new DataTransfer();
    files.items.add(new File([blob], "picture.png", { type: "image/png" }));
    field.files = files.files;
  };
  form?.addEventListener("submit", async (event) => {
    const [file] = field.files;
    if (!file || file.name === "picture.png") return;
    event.preventDefault();
    await shrink(file).catch(() => undefined); // what no browser can show, the server looks at
    form.submit();
  });
})();
