export default {
  base: "/vitepress/",
  title: "Harbour",
  head: [
    [
      "script",
      {
        src: "https://comments.example.com/answerback.js",
        "data-site": "my-blog",
        "data-target": "#comments",
        async: "",
      },
    ],
  ],
};
